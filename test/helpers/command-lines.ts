/** The command lines of secwrap in files of several formats: the words after its name. */
import { parseAllDocuments } from 'yaml'

/** @param name - of the file, which tells its format. */
export function listCommandLines(name: string, text: string): readonly (readonly string[])[] {
  return wordsIn(name, text).flatMap(words => {
    const [program = '', ...rest] = words.slice(words.findIndex(word => !word.startsWith('--'))) // RUN --mount=…
    return /(^|\/)secwrap$/.test(program) ? [rest] : []
  })
}

function wordsIn(name: string, text: string): readonly (readonly string[])[] {
  if (name.endsWith('Dockerfile')) return ofDockerfile(text)
  if (name.endsWith('.yaml')) return parseAllDocuments(text).flatMap(each => ofContainers(each.toJS()))
  if (name.endsWith('.service')) return linesOf(text).flatMap(line => ofLine(line, /^ExecStart=(.*)$/))
  return blocksOf(text).flatMap(line => ofLine(line, /^(.*)$/))
}

/** What a stage starts, and what is run in a build. An entry point without a command waits for arguments. */
function ofDockerfile(text: string): readonly (readonly string[])[] {
  return text
    .replace(/\\\n/g, ' ')
    .split(/^FROM /m)
    .flatMap(stage => {
      const json = (name: string) =>
        JSON.parse(new RegExp(`^${name} (.*)$`, 'm').exec(stage)?.[1] ?? '[]') as string[]
      const started = [...json('ENTRYPOINT'), ...json('CMD')]
      const run = linesOf(stage).flatMap(line => ofLine(line, /^RUN (.*)$/))
      return [...run, ...(started.length > 1 ? [started] : [])]
    })
}

/** Of Kubernetes and of Compose. Arguments without a command are for the entry point of the image. */
function ofContainers(node: unknown): readonly (readonly string[])[] {
  if (typeof node !== 'object' || node === null) return []
  const { image = '', command, args, entrypoint } = node as Record<string, unknown>
  const own = [entrypoint, command, args].filter(Array.isArray).flat().map(String)
  const words = String(image).startsWith('secwrap:') && command === undefined ? ['secwrap', ...own] : own
  return [...(words.length > 0 ? [words] : []), ...Object.values(node).flatMap(ofContainers)]
}

/** Of shell lines: comments are cut off, and pipes are apart. */
function ofLine(line: string, pattern: RegExp): readonly (readonly string[])[] {
  const [, command = ''] = pattern.exec(line) ?? []
  return command
    .replace(/(^|\s)#.*$/, '')
    .split(/ \| | && /)
    .map(part => (part.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map(word => word.replace(/^(['"])(.*)\1$/, '$2')))
}

const linesOf = (text: string): readonly string[] => text.split('\n')

const blocksOf = (page: string): readonly string[] =>
  [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    linesOf(block.replace(/\\\n/g, ' ')),
  )
