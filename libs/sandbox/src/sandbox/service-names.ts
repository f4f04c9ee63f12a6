export type ServiceName =
  'config-service' | 'monitoring' | 'dispatcher' | 'dispatcher-router' | 'dispatcher-sender' | 'dispatcher-scheduler';

/** The three roles of the dispatcher in a process each, as in production. */
export const SERVICES_BY_ROLE = [
  'monitoring',
  'config-service',
  'dispatcher-router',
  'dispatcher-sender',
  'dispatcher-scheduler',
] as const satisfies readonly ServiceName[];

/** All roles of the dispatcher in one process. */
export const SERVICES_IN_ONE = ['monitoring', 'config-service', 'dispatcher'] as const satisfies readonly ServiceName[];

/** The folder in `apps/` that a service is built from. */
export const appOf = (service: ServiceName): string => (service.startsWith('dispatcher') ? 'dispatcher' : service);

/** `DISPATCHER_ROLES` for a dispatcher process; undefined for the other services. */
export function rolesOf(service: ServiceName): string | undefined {
  if (appOf(service) !== 'dispatcher') return undefined;
  return service === 'dispatcher' ? 'router,sender,scheduler' : service.slice('dispatcher-'.length);
}

/** Whether the service's process has the sender's role, which serves gRPC. */
export const isSender = (service: ServiceName): boolean => rolesOf(service)?.split(',').includes('sender') === true;
