/** What stands between the quotes where a program prints a value as a string of JSON or of a shell. */

export function listQuoted(text: string): readonly string[] {
  const json = listJson(text)
  return [...json, ...json.flatMap(listJson), ...listShell(text)]
}

/** As JSON.stringify, and as those that escape more: all but ASCII (Python), `/` (PHP), `<>&` (Go). */
function listJson(text: string): readonly string[] {
  const plain = JSON.stringify(text).slice(1, -1)
  return [
    plain,
    plain.replaceAll('/', '\\/'),
    plain.replace(/[<>&\u2028\u2029]/g, escapeUnit),
    plain.replace(/[^\0-\x7e]/g, escapeUnit),
    plain.replaceAll('/', '\\/').replace(/[^\0-\x7e]/g, escapeUnit),
  ]
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** In single quotes (`set -x`, Python's shlex, fish), in double quotes, and with backslashes (`printf %q`, ANSI-C quotes). */
function listShell(text: string): readonly string[] {
  return [
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/['\\]/g, '\\$&'),
    text.replace(/["\\$`]/g, '\\$&'),
    text.replace(/["\\$`!]/g, '\\$&'),
    text.replace(/[^A-Za-z0-9_@%+=:,./\u0080-\u{10ffff}-]/gu, '\\$&'),
    text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t'),
  ]
}
