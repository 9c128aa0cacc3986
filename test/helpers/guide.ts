/**
 * The fenced blocks of a guide. A block whose first line is `# FILE` is that file; any other `sh` block is a
 * script of commands, and a `properties` block the environment that the commands of the script before it see.
 */
import { readFileSync } from 'node:fs'

export interface GuideScript {
  readonly line: number // of its first line in the page
  readonly commands: readonly string[]
  readonly promised: Readonly<Record<string, string>> | undefined // what each command that is started sees
  readonly files: Readonly<Record<string, string>> // all that the page has shown so far
}

interface Block {
  readonly line: number
  readonly language: string
  readonly text: string
}

/** The scripts of a page in order. @throws Error for a block that is none of the three. */
export function readGuide(path: string): readonly GuideScript[] {
  const scripts: GuideScript[] = []
  const files: Record<string, string> = {}
  for (const block of blocksOf(readFileSync(path, 'utf8'))) {
    const place = `${path}:${block.line}`
    const file = /^# (\S+)\n/.exec(block.text)?.[1]
    if (file !== undefined) files[file] = block.text
    else if (block.language === 'sh') scripts.push({ ...scriptOf(block), files: { ...files } })
    else if (block.language === 'properties') promise(scripts, parseProperties(block.text), place)
    else throw new Error(`${place}: a block that no test runs`)
  }
  return scripts
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: text = '', index }) => ({
    line: page.slice(0, index).split('\n').length + 1,
    language,
    text,
  }))
}

function scriptOf({ line, text }: Block): Omit<GuideScript, 'files'> {
  return {
    line,
    commands: text
      .replaceAll(/\\\n */g, '')
      .split('\n')
      .filter(command => command !== ''),
    promised: undefined,
  }
}

function promise(scripts: GuideScript[], promised: Record<string, string>, place: string): void {
  const script = scripts.pop()
  if (script === undefined || script.promised) throw new Error(`${place}: an environment of no command`)
  scripts.push({ ...script, promised })
}

function parseProperties(text: string): Record<string, string> {
  return Object.fromEntries(text.split('\n').flatMap(line => (line ? [line.split(/=(.*)/s, 2)] : [])))
}
