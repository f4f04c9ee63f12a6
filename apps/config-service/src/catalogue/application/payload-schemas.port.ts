export interface SchemaFault {
  readonly field: 'schema' | 'example';
  readonly why: string;
  readonly expected: string;
}

/** Judges JSON Schemas of strangers. */
export interface PayloadSchemas {
  /** What is wrong with the schema, or with the example by it. Takes half a second at most, whatever the schema is. */
  faultOf(
    schema: Readonly<Record<string, unknown>>,
    example: Readonly<Record<string, unknown>>,
  ): SchemaFault | undefined;
}
