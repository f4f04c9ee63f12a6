import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  parseSearchWith,
  stringifySearchWith,
} from '@tanstack/react-router';
import { NotFound } from './layout/not-found.tsx';
import { PageFailed } from './layout/page-failed.tsx';
import { Shell } from './layout/shell.tsx';
import { listSearchOf } from './pages/webhooks/list-search.ts';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: PageFailed });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: () => <Navigate to="/webhooks" replace />,
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  validateSearch: listSearchOf,
  component: lazyRouteComponent(async () => import('./pages/webhooks/webhooks.page.tsx'), 'WebhooksPage'),
});

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  component: lazyRouteComponent(async () => import('./pages/ops/operations.page.tsx'), 'OperationsPage'),
});

const apiKeys = createRoute({
  getParentRoute: () => root,
  path: '/api-keys',
  component: lazyRouteComponent(async () => import('./pages/keys/api-keys.page.tsx'), 'ApiKeysPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, webhooks, operations, apiKeys]),
  // Every parameter is the text that the address shows; each page reads its own.
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: PageFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
