import bash from 'highlight.js/lib/languages/bash';
import csharp from 'highlight.js/lib/languages/csharp';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import { createLowlight } from 'lowlight';

const lowlight = createLowlight({ bash, csharp, go, java, javascript, json, php, python, ruby });

export type CodeLanguage =
  'text' | 'bash' | 'csharp' | 'go' | 'java' | 'javascript' | 'json' | 'php' | 'python' | 'ruby';

export interface CodeToken {
  readonly text: string;
  readonly kind?: 'key' | 'string' | 'number' | 'comment';
}

/** Beyond this the colours are not worth the time: 64 KiB of an endpoint's answer take longer than a frame. */
const MAX_LENGTH = 50_000;

const KINDS: Readonly<Record<string, CodeToken['kind']>> = {
  'hljs-keyword': 'key',
  'hljs-attr': 'key',
  'hljs-built_in': 'key',
  'hljs-literal': 'number',
  'hljs-number': 'number',
  'hljs-string': 'string',
  'hljs-comment': 'comment',
};

type Node = ReturnType<typeof lowlight.highlight>['children'][number];

/** The same text, cut into pieces by what they are. */
export function highlight(code: string, language: CodeLanguage): readonly CodeToken[] {
  if (language === 'text' || code.length > MAX_LENGTH) return [{ text: code }];
  return lowlight.highlight(language, code).children.flatMap((node) => tokensOf(node, undefined));
}

function tokensOf(node: Node, kind: CodeToken['kind']): CodeToken[] {
  if (node.type === 'text') return [kind === undefined ? { text: node.value } : { text: node.value, kind }];
  if (node.type !== 'element') return [];
  const { className } = node.properties;
  const own = Array.isArray(className) ? className.map((name) => KINDS[name]).find(Boolean) : undefined;
  return node.children.flatMap((child) => tokensOf(child, own ?? kind));
}
