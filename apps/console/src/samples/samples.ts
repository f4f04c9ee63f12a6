import type { CodeLanguage } from '../ui/highlight.ts';
import csharp from './Webhook.cs?raw';
import go from './go.go?raw';
import java from './Webhook.java?raw';
// oxlint-disable-next-line import/default -- `?raw` makes a text of it, whatever it exports
import node from './node.mjs?raw';
import php from './webhook.php?raw';
import python from './python.py?raw';
import ruby from './webhook.rb?raw';
import shell from './verify.sh?raw';

export interface Sample {
  readonly id: string;
  readonly label: string;
  readonly language: CodeLanguage;
  readonly code: string;
}

/** Programs that verify a request; test/console/samples.browser.spec.ts runs these very files. */
export const SAMPLES: readonly Sample[] = [
  { id: 'node', label: 'Node.js', language: 'javascript', code: node },
  { id: 'python', label: 'Python', language: 'python', code: python },
  { id: 'go', label: 'Go', language: 'go', code: go },
  { id: 'java', label: 'Java', language: 'java', code: java },
  { id: 'csharp', label: 'C#', language: 'csharp', code: csharp },
  { id: 'php', label: 'PHP', language: 'php', code: php },
  { id: 'ruby', label: 'Ruby', language: 'ruby', code: ruby },
  { id: 'shell', label: 'Shell', language: 'bash', code: shell },
];
