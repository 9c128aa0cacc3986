import { escapeUnit } from './format.ts'

/** What some reader of YAML 1.1 or 1.2 takes for a boolean, nothing or a number. Source: yaml.org/type. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|e[-+]?\d+)$/i

/** Text that every reader of YAML takes for that text: plain where it looks like a word, else in double quotes. */
export function writeScalar(text: string): string {
  if (/^[A-Za-z_][\w./+=-]*$/.test(text) && !WORDS.test(text)) return text
  // JSON's escapes are YAML's. The rest is what YAML 1.1 breaks lines at, or does not let stand.
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escapeUnit)
}
