// What other slices may know of the sender: how a request to a webhook is prepared, signed and told of.
export { outcomeOf } from './application/post-outcome.ts';
export { SendProfiles } from './application/send-profiles.ts';
export { attemptHeaders } from './domain/send-profile.ts';
