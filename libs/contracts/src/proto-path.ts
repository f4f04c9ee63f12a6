/** The services that speak gRPC to each other, each with one file of its name under `proto/`. */
export type ProtoName = 'config' | 'dispatcher' | 'monitoring';

/** Where the .proto file of a service lies, for a loader; its imports are found beside it. */
export function protoPath(name: ProtoName): string {
  return `${import.meta.dirname}/proto/${name}.proto`;
}
