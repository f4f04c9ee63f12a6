type DtoClass = new () => object;

const nested = new WeakMap<object, Map<string, DtoClass>>();

/** The fields of a DTO class that hold DTOs themselves, by name; a subclass has those of its own only. */
export function nestedIn(type: object): Map<string, DtoClass> {
  const known = nested.get(type) ?? new Map<string, DtoClass>();
  nested.set(type, known);
  return known;
}

export function nestedTypeOf(type: object, field: string): DtoClass | undefined {
  return nestedIn(type).get(field);
}
