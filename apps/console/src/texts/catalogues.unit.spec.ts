import { describe, expect, it } from '@jest/globals';
import { loadTexts } from './language.ts';
import { LANGUAGES } from './texts.ts';

/** The path of every text, and how many values it is put together with. */
function pathsOf(node: unknown, path = ''): readonly string[] {
  if (typeof node === 'function') return [`${path}(${node.length})`];
  if (typeof node !== 'object' || node === null) return [path];
  return Object.entries(node).flatMap(([key, value]) => pathsOf(value, `${path}.${key}`));
}

describe.each(LANGUAGES)('the catalogue of %s', (language) => {
  it('has the texts of the English one, with the same values in them, and no other', async () => {
    const own = pathsOf(await loadTexts(language)).toSorted();
    expect(own).toEqual(pathsOf(await loadTexts('en')).toSorted());
    expect(own.length).toBeGreaterThan(400);
  });

  it('leaves no text empty', async () => {
    expect(JSON.stringify(await loadTexts(language))).not.toContain('""');
  });
});
