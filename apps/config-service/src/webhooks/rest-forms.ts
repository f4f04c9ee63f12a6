// Forms of answers that every list and every versioned thing of the API shares.
export { pageWindowOf } from './adapters/answers/page-window.ts';
export { etagOf, tagsOfIfMatch } from './adapters/http/etag.ts';
export { paginationHeaders } from './adapters/http/pagination.ts';
