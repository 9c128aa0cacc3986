/**
 * The words of a command line, as a shell splits them, where no shell has a part in it: quotes group, a backslash takes
 * the next character as it is, and nothing is expanded. Undefined where a quote never ends.
 */
export function splitWords(command: string): readonly string[] | undefined {
  if (command.replaceAll(WORD, '').trim() !== '') return undefined
  return [...command.matchAll(WORD)].map(([word]) => word.replaceAll(PIECE, unquote))
}

const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/gs
const WORD = new RegExp(`(?:${PIECE.source})+`, PIECE.flags)

function unquote(_: string, single?: string, double?: string, escaped?: string, plain?: string): string {
  return single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? ''
}

/** The first thing in it that only a shell would do: an operator, or something to be expanded. */
export function findShellSyntax(command: string): string | undefined {
  const unquoted = command.replace(/'[^']*'|\\./gs, '')
  const [expansion] = /\$[\w({@*#?!-]|`/.exec(unquoted) ?? []
  const [operator] = /&&|\|\||[|&;<>()]/.exec(unquoted.replace(/"[^"]*"/g, '')) ?? []
  return expansion ?? operator
}
