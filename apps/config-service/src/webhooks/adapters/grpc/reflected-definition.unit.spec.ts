import { describe, expect, it } from '@jest/globals';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { reflectedDefinition } from './reflected-definition.ts';

interface Message {
  readonly name: string;
  readonly nestedType: readonly Message[];
  readonly reservedRange: readonly { readonly start: number; readonly end: number }[];
}

/** Of config.proto, as a client that asks for it gets it. */
function messages(): readonly Message[] {
  const told = reflectedDefinition()['signalbox.config.v1.UpdateWebhookRequest'];
  const files = told !== undefined && 'fileDescriptorProtos' in told ? (told.fileDescriptorProtos as Buffer[]) : [];
  return files
    .map(
      (file) => descriptor.FileDescriptorProto.decode(file) as unknown as { readonly messageType: readonly Message[] },
    )
    .flatMap(({ messageType }) => messageType);
}

describe('what reflection tells', () => {
  it('has reserved ranges that end after their last number, as descriptor.proto wants them', () => {
    const update = messages().find(({ name }) => name === 'UpdateWebhookRequest');
    expect(update?.reservedRange).toMatchObject([{ start: 7, end: 8 }]);
  });

  it('calls the entries of a map as protoc does', () => {
    const nested = messages().flatMap(({ nestedType }) => nestedType.map(({ name }) => name));
    expect(nested).toContain('HeadersEntry');
  });
});
