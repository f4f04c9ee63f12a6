import type { EventType } from './webhook.queries.ts';

export interface EventGroup {
  readonly name: string;
  readonly types: readonly EventType[];
}

/** In the catalogue's order. One that is deprecated is shown only where it is chosen already. */
export function groupsOf(
  types: readonly EventType[],
  chosen: readonly string[],
  search: string,
): readonly EventGroup[] {
  const wanted = search.trim().toLowerCase();
  const groups = new Map<string, EventType[]>();
  for (const type of types) {
    if (type.deprecated && !chosen.includes(type.name)) continue;
    if (!`${type.name}\n${type.group}\n${type.description}`.toLowerCase().includes(wanted)) continue;
    groups.set(type.group, [...(groups.get(type.group) ?? []), type]);
  }
  return [...groups].map(([name, members]) => ({ name, types: members }));
}

/** `names` put into the choice, or taken out of it; the rest stays in place. */
export function withChosen(chosen: readonly string[], names: readonly string[], isChosen: boolean): readonly string[] {
  const others = chosen.filter((name) => !names.includes(name));
  return isChosen ? [...others, ...names] : others;
}
