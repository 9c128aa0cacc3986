/** Our own sources as a graph of imports, for the tests that keep their order. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

export interface Source {
  readonly file: string // launch/exec.ts, below src/
  readonly code: string // without comments
  readonly lines: number
}

export interface Import {
  readonly to: string // core/errors.ts, or the name of a package
  readonly isOurs: boolean
  readonly isDynamic: boolean
  readonly isType: boolean // gone at run time
}

export function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .sort()
    .map(file => parseSource(file, readFileSync(`${folder}/${file}`, 'utf8')))
}

export function parseSource(file: string, text: string): Source {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
  return { file, code, lines: text.split('\n').length - 1 }
}

const STATIC = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm
const DYNAMIC = /(typeof\s+)?\bimport\(\s*([^)]*?)\s*\)/g

/** @throws Error for an import whose target is worked out while running: nobody could follow it. */
export function importsOf({ file, code }: Source): Import[] {
  const found = [...code.matchAll(STATIC)].map(([, type, target = '']) => ({
    target,
    isDynamic: false,
    isType: Boolean(type),
  }))
  for (const [, type, argument = ''] of code.matchAll(DYNAMIC)) {
    const target = argument.match(/^'([^']+)'$/)?.[1]
    if (target === undefined) throw new Error(`${file}: import(${argument}) names no file`)
    found.push({ target, isDynamic: true, isType: Boolean(type) })
  }
  return found.map(({ target, ...how }) => {
    const isOurs = target.startsWith('.')
    return { to: isOurs ? posix.join(posix.dirname(file), target) : target, isOurs, ...how }
  })
}

/** Every file and package that is loaded when `entry` is, at once (`isLazy` false) or ever. Types load nothing. */
export function reachableFrom(entry: string, sources: readonly Source[], isLazy: boolean): Set<string> {
  const byFile = new Map(sources.map(source => [source.file, source]))
  const reached = new Set<string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    const source = byFile.get(file)
    if (!source) continue
    const loaded = importsOf(source).filter(({ isDynamic, isType }) => !isType && (isLazy || !isDynamic))
    waiting.push(...loaded.map(({ to }) => to))
  }
  return reached
}
