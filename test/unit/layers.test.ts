/** The floor plan, kept: imports go down, and a few things are done in one place only. */
import { expect, test } from '@jest/globals'
import { importsOf, parseSource, reachableFrom, readSources, type Source } from '../helpers/sources.ts'

const ROWS: readonly (readonly string[])[] = [
  ['main.ts'],
  ['commands'],
  ['launch', 'render', 'mask', 'rotate', 'scan', 'policy', 'copy'],
  ['resolve'],
  ['providers'],
  ['template', 'environment', 'sops', 'audit'],
  ['core'],
]

const sources = readSources(`${import.meta.dirname}/../../src`)

test('there is something to look at', () => {
  expect(sources.length).toBeGreaterThan(30)
})

/** `launch/exec.ts imports resolve/plan.ts`, for every import that does not go down or stay in its folder. */
function findWrongImports(all: readonly Source[]): string[] {
  return all.flatMap(source =>
    importsOf(source)
      .filter(({ to, isOurs }) => isOurs && !goesDown(source.file, to))
      .map(({ to }) => `${source.file} imports ${to}`),
  )
}

function goesDown(from: string, to: string): boolean {
  return folderOf(from) === folderOf(to) || rowOf(from) < rowOf(to)
}

function folderOf(file: string): string {
  return file.split('/')[0] ?? file
}

/** @throws Error for a file that has no place in the floor plan. */
function rowOf(file: string): number {
  const row = ROWS.findIndex(folders => folders.includes(folderOf(file)))
  if (row < 0) throw new Error(`${file} is not in the floor plan`)
  return row
}

/** The process of `render --watch` that stays. */
const SIDECAR = 'commands/sidecar/parent.ts'

/** What supervisors live with for days; they must have no way to a value. */
function findWaysToValues(all: readonly Source[]): string[] {
  const entries = all.map(({ file }) => file).filter(file => folderOf(file) === 'launch' || file === SIDECAR)
  return entries.flatMap(entry =>
    [...reachableFrom(entry, all, true)]
      .filter(file => ['resolve', 'providers'].includes(folderOf(file)))
      .map(file => `${entry} reaches ${file}`),
  )
}

test('imports go down, never up and never across', () => {
  expect(findWrongImports(sources)).toEqual([])
})

test.each([
  ['up', 'core/log.ts', `import { plan } from '../resolve/plan.ts'`],
  ['across', 'launch/exec.ts', `import { fill } from '../render/fill.ts'`],
  ['across, in two lines', 'template/parse.ts', `import {\n  build,\n} from '../environment/build.ts'`],
  ['up, for a type', 'providers/ssm.ts', `import type { Plan } from '../resolve/plan.ts'`],
  ['up, when needed', 'resolve/open.ts', `const load = () => import('../commands/exec.ts')`],
  ['up, passed on', 'core/types.ts', `export * from '../template/parse.ts'`],
  ['up, for what it does', 'core/types.ts', `import '../main.ts'`],
])('sees an import that goes %s', (_, file, code) => {
  expect(findWrongImports([parseSource(file, code)])).toHaveLength(1)
})

test.each([
  ['down', 'resolve/open.ts', `import { PROVIDERS } from '../providers/index.ts'`],
  ['within its folder', 'providers/vault/login.ts', `import { call } from '../shared/call.ts'`],
  ['to a package', 'providers/file.ts', `import { parse } from 'dotenv'`],
  ['up in a comment', 'core/log.ts', `/* import x from '../main.ts' */\n// import y from '../main.ts'`],
])('lets an import go %s', (_, file, code) => {
  expect(findWrongImports([parseSource(file, code)])).toEqual([])
})

test('an import that nobody can follow is refused', () => {
  expect(() => findWrongImports([parseSource('core/x.ts', 'await import(name)')])).toThrow('names no file')
})

test('a file outside of the floor plan is refused', () => {
  expect(() => findWrongImports([parseSource('extra/x.ts', `import '../core/log.ts'`)])).toThrow('floor plan')
})

test('nothing in launch has a way to a value, nor has the sidecar', () => {
  expect(sources.map(({ file }) => file)).toContain(SIDECAR)
  expect(findWaysToValues(sources)).toEqual([])
})

test('sees a way to a value, however long', () => {
  const planted = [
    parseSource('launch/supervisor/supervisor.ts', `import { a } from './report.ts'`),
    parseSource('launch/supervisor/report.ts', `const later = () => import('../../environment/build.ts')`),
    parseSource('environment/build.ts', `import { plan } from '../resolve/plan.ts'`),
  ]
  expect(findWaysToValues(planted)).toContain('launch/supervisor/supervisor.ts reaches resolve/plan.ts')
  const sidecar = parseSource(SIDECAR, `const look = () => import('../render/files.ts')`)
  const files = parseSource('commands/render/files.ts', `import { plan } from '../../resolve/plan.ts'`)
  const plan = parseSource('resolve/plan.ts', '')
  expect(findWaysToValues([sidecar, files, plan])).toEqual([`${SIDECAR} reaches resolve/plan.ts`])
})

/** Packages and modules of the runtime that a file brings along at once; each costs start-up time. */
function findLoadedAtOnce(entry: string, all: readonly Source[]): string[] {
  return [...reachableFrom(entry, all, false)].filter(name => !all.some(({ file }) => file === name))
}

/** But for what tells of all stores, and how to read a file. */
function findProviders(entry: string, all: readonly Source[]): string[] {
  const small =
    /^providers\/(index|credentials|store-rules|file|secret|inspect\/index|shared\/(read-file|read-folder|readers))\.ts$/
  const reached = [...reachableFrom(entry, all, false)]
  return reached.filter(file => folderOf(file) === 'providers' && !small.test(file))
}

test('the way to a command loads no package, no module of the runtime and no provider', () => {
  expect(findLoadedAtOnce('main.ts', sources)).toEqual([])
  expect(findProviders('main.ts', sources)).toEqual([])
})

/** Help loads the command that it is about, and completion all of them. */
const helpers = sources.map(({ file }) => file).filter(file => /^commands\/[^/]+\.ts$/.test(file))

test.each(helpers)('%s loads no provider before it runs', file => {
  expect(findProviders(file, sources)).toEqual([])
})

test('sees what is loaded at once, and not what is loaded when needed', () => {
  const planted = [
    parseSource('main.ts', `import { read } from './core/read.ts'\nconst later = () => import('yargs')`),
    parseSource('core/read.ts', `import { readFileSync } from 'node:fs'\nimport './../providers/ssm.ts'`),
    parseSource('providers/ssm.ts', ''),
  ]
  expect(findLoadedAtOnce('main.ts', planted)).toEqual(['node:fs'])
  expect(findProviders('main.ts', planted)).toEqual(['providers/ssm.ts'])
})

interface Rule {
  readonly pattern: RegExp
  readonly allowed: Readonly<Record<string, string>> // file, folder or end of a name → why
}

const RULES: Readonly<Record<string, Rule>> = {
  'the standard streams are left alone': {
    pattern:
      /\bprocess\s*\.\s*(stdout|stderr|stdin)\b|\bconsole\s*\.|\bnode:readline\b|\b(Read|Write)Stream\b/,
    allowed: {},
  },
  'the environment is an argument': {
    pattern: /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/,
    allowed: {
      'main.ts': 'here the program starts',
      'commands/': 'and here it goes on',
      'core/http-node.ts': "Node's own switch for the check of certificates has to be overruled",
    },
  },
  'a plaintext is looked at where it is used': {
    pattern: /\.reveal\s*\(/,
    allowed: {
      'writer.ts': 'it goes to its store',
      'providers/shared/readers.ts': 'a file of another format becomes JSON',
      'resolve/select.ts': 'a field of it was asked for',
      'resolve/merge.ts': 'a field of it is written',
      'resolve/compare.ts': 'what is the same is not written again',
      'environment/': 'it becomes text of a variable',
      'template/': 'filters and defaults work on it',
      'copy/': 'it goes from one store to another',
      'commands/': 'the user asked to see or to write it',
      'render/': 'it becomes text of a file',
      'mask/': 'it is looked for',
      'scan/': 'it is looked for',
      'rotate/': 'it is changed',
      'sops/': 'it is sealed',
    },
  },
}

function findBreaches({ pattern, allowed }: Rule, all: readonly Source[]): string[] {
  const isAllowed = (file: string) =>
    Object.keys(allowed).some(place => file.startsWith(place) || file.endsWith(place))
  return all.filter(({ file, code }) => pattern.test(code) && !isAllowed(file)).map(({ file }) => file)
}

test.each(Object.entries(RULES))('%s', (_, rule) => {
  expect(findBreaches(rule, sources)).toEqual([])
})

test.each([
  ['the standard streams are left alone', `process.stderr.write('x')`],
  ['the standard streams are left alone', `console.log(error)`],
  ['the environment is an argument', `const { pid, env } = process`],
  ['the environment is an argument', `process.env.HOME`],
  ['a plaintext is looked at where it is used', `warn(secret.reveal())`],
])('sees a breach: %s: %s', (name, code) => {
  const rule = RULES[name] as Rule
  expect(findBreaches(rule, [parseSource('core/x.ts', code)])).toEqual(['core/x.ts'])
  expect(findBreaches(rule, [parseSource('core/x.ts', `// ${code}`)])).toEqual([])
})

test('no file is too long to be read at once', () => {
  expect(sources.filter(({ lines }) => lines > 250).map(({ file, lines }) => `${file}: ${lines}`)).toEqual([])
})
