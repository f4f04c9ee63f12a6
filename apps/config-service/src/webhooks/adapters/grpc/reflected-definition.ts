import { loadSync } from '@grpc/proto-loader';
import type { PackageDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import descriptor from 'protobufjs/ext/descriptor/index.js';

/**
 * What reflection tells: the services and messages as protoc would describe the .proto files. The loader calls the entries
 * of a map `Headers` where protoc says `HeadersEntry`, and lets a reserved range end with its last number where a
 * DescriptorProto has the one after it; clients that check what they are told refuse the whole file.
 */
export function reflectedDefinition(): PackageDefinition {
  const files = [protoPath('config'), protoPath('google/rpc/error_details'), healthProtoPath];
  const definition: PackageDefinition = { ...loadSync(files, { keepCase: true }) };
  for (const [name, told] of Object.entries(definition)) {
    if (!('fileDescriptorProtos' in told) || !Array.isArray(told.fileDescriptorProtos)) continue;
    definition[name] = { ...told, fileDescriptorProtos: told.fileDescriptorProtos.map(mended) } as typeof told;
  }
  return definition;
}

interface MessageDescriptor {
  readonly nestedType?: (MessageDescriptor & { name: string; readonly options?: { readonly mapEntry?: boolean } })[];
  readonly field?: { readonly name: string; typeName?: string; jsonName?: string }[];
  readonly reservedRange?: { end: number }[];
}

function mended(file: Buffer): Buffer {
  const type = descriptor.FileDescriptorProto;
  const decoded = type.decode(file);
  const { messageType = [] } = decoded as unknown as { readonly messageType?: MessageDescriptor[] };
  for (const message of messageType) mend(message);
  return Buffer.from(type.encode(decoded).finish());
}

function mend({ nestedType = [], field = [], reservedRange = [] }: MessageDescriptor): void {
  for (const one of field) one.jsonName = camelCase(one.name);
  for (const range of reservedRange) range.end += 1;
  for (const nested of nestedType) {
    mend(nested);
    if (nested.options?.mapEntry !== true) continue;
    const { name } = nested;
    const right = `${camelCase(name)}Entry`;
    for (const one of field) if (one.typeName === name) one.typeName = right;
    nested.name = right;
  }
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
