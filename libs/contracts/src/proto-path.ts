/** The services that speak gRPC to each other, each with one file of its name under `proto/`; and what errors are told in. */
export type ProtoName = 'config' | 'dispatcher' | 'monitoring' | 'google/rpc/status' | 'google/rpc/error_details';

/** Where the .proto file of a service lies, for a loader; its imports are found beside it. */
export function protoPath(name: ProtoName): string {
  return `${import.meta.dirname}/proto/${name}.proto`;
}
