/**
 * What GitHub's runner makes of a step's output and of the file that $GITHUB_ENV names.
 * Written after actions/runner, FileCommandManager.cs (EnvFileKeyValuePairs) and ActionCommand.cs.
 */

/** @throws Error where the runner fails the step. */
export function readEnvironmentFile(text: string): [name: string, value: string][] {
  const lines = text.split('\n')
  const variables: [string, string][] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const [, name = '', sign, tail = ''] = /^(.*?)(<<|=)(.*)$/s.exec(line) ?? []
    if (!sign || name === '') throw new Error('invalid format')
    const end = sign === '=' ? at : lines.indexOf(tail, at + 1)
    if (end < 0 || (sign === '<<' && tail === '')) throw new Error('matching delimiter not found')
    variables.push([name, sign === '=' ? tail : lines.slice(at + 1, end).join('\n')])
    at = end
  }
  return variables.filter(([name]) => name.toUpperCase() !== 'NODE_OPTIONS')
}

/** What `::add-mask::` lines ask to hide; a line of another kind is an error. */
export function readMasks(output: string): string[] {
  const lines = output.split('\n').filter(line => line !== '')
  return lines.map(line => {
    const [, data] = /^::add-mask::(.+)$/.exec(line) ?? []
    if (data === undefined || data.trim() === '') throw new Error('no mask')
    return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
  })
}
