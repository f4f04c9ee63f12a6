import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { pageParameterOf } from './api/page-parameter.ts';
import { NotFound } from './layout/not-found.tsx';
import { PageFailed } from './layout/page-failed.tsx';
import { Shell } from './layout/shell.tsx';
import { healthSearchOf } from './pages/health/health-search.ts';
import { lagSearchOf, lettersSearchOf, webhooksSearchOf } from './pages/ops/ops-search.ts';
import { requestsSearchOf } from './pages/requests/requests-search.ts';
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

const details = createRoute({
  getParentRoute: () => root,
  path: '/webhooks/$id',
  component: lazyRouteComponent(async () => import('./pages/details/webhook-details.page.tsx'), 'WebhookDetailsPage'),
});

const detailsHome = createRoute({ getParentRoute: () => details, path: '/', component: ToSettings });

const settings = createRoute({
  getParentRoute: () => details,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { created?: 'true' | undefined } =>
    search['created'] === 'true' ? { created: 'true' } : {},
  component: lazyRouteComponent(async () => import('./pages/settings/settings.page.tsx'), 'SettingsPage'),
});

const test = createRoute({
  getParentRoute: () => details,
  path: '/test',
  component: lazyRouteComponent(async () => import('./pages/test/test.page.tsx'), 'TestPage'),
});

const requests = createRoute({
  getParentRoute: () => details,
  path: '/requests',
  validateSearch: requestsSearchOf,
  component: lazyRouteComponent(async () => import('./pages/requests/requests.page.tsx'), 'RequestsPage'),
});

const health = createRoute({
  getParentRoute: () => details,
  path: '/health',
  validateSearch: healthSearchOf,
  component: lazyRouteComponent(async () => import('./pages/health/health.page.tsx'), 'HealthPage'),
});

const history = createRoute({
  getParentRoute: () => details,
  path: '/history',
  validateSearch: (search: Record<string, unknown>): { page?: string | undefined } => ({
    page: pageParameterOf(search),
  }),
  component: lazyRouteComponent(async () => import('./pages/history/history.page.tsx'), 'HistoryPage'),
});

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  component: lazyRouteComponent(async () => import('./pages/ops/operations.page.tsx'), 'OperationsPage'),
});

const operationsHome = createRoute({
  getParentRoute: () => operations,
  path: '/',
  component: () => <Navigate to="/operations/webhooks" replace />,
});

const troubledWebhooks = createRoute({
  getParentRoute: () => operations,
  path: '/webhooks',
  validateSearch: webhooksSearchOf,
  component: lazyRouteComponent(async () => import('./pages/ops/troubled-webhooks.page.tsx'), 'TroubledWebhooksPage'),
});

const deadLetters = createRoute({
  getParentRoute: () => operations,
  path: '/dead-letters',
  validateSearch: lettersSearchOf,
  component: lazyRouteComponent(async () => import('./pages/ops/dead-letters.page.tsx'), 'DeadLettersPage'),
});

const lag = createRoute({
  getParentRoute: () => operations,
  path: '/lag',
  validateSearch: lagSearchOf,
  component: lazyRouteComponent(async () => import('./pages/ops/lag.page.tsx'), 'LagPage'),
});

const apiKeys = createRoute({
  getParentRoute: () => root,
  path: '/api-keys',
  component: lazyRouteComponent(async () => import('./pages/keys/api-keys.page.tsx'), 'ApiKeysPage'),
});

function ToSettings(): ReactNode {
  const { id } = details.useParams();
  return <Navigate to="/webhooks/$id/settings" params={{ id }} replace />;
}

function searchText(search: Record<string, unknown>): string {
  const set = Object.entries(search).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  return set.length === 0 ? '' : `?${new URLSearchParams(set).toString()}`;
}

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    webhooks,
    details.addChildren([detailsHome, settings, test, requests, health, history]),
    operations.addChildren([operationsHome, troubledWebhooks, deadLetters, lag]),
    apiKeys,
  ]),
  // Every parameter is the text that the address shows; each page reads its own.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: searchText,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: PageFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
