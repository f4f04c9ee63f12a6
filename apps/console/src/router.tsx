import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { pageParameterOf } from './api/page-parameter.ts';
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
  component: lazyRouteComponent(async () => import('./pages/requests/requests.page.tsx'), 'RequestsPage'),
});

const health = createRoute({
  getParentRoute: () => details,
  path: '/health',
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
    operations,
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
