/** `init`: a .env file becomes a template and a sealed file, all of it or nothing, and once. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'dotenv'
import fc from 'fast-check'
import { findLeaks } from '../helpers/leaks.ts'
import { ARTIFACTS, run, secwrap } from '../helpers/secwrap.ts'
import { createIdentity, runSops } from '../helpers/sops.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'

const fixture = (name: string) => readFileSync(`${import.meta.dirname}/../fixtures/init/${name}`, 'utf8')
const REAL = fixture('project.env')

/** What the file is known to have as secrets; everything else is plain configuration. */
const SECRETS = [
  'DATABASE_URL',
  'DB_PASSWORD',
  'REDIS_PASSWORD',
  'MONGO_URI',
  'SESSION_SECRET',
  'JWT_SECRET',
  'JWT_PRIVATE_KEY',
  'ENCRYPTION_KEY_ESCAPED',
  'SMTP_PASS',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'GOOGLE_CREDENTIALS',
  'PAYMENT_API_KEY',
  'PAYMENT_WEBHOOK_URL',
  'SENTRY_DSN',
  'LICENSE_BLOB',
  'PROXY_AUTH',
]
/** Sealed as well, as nothing tells what they are. */
const IN_DOUBT = ['PRICE_TEMPLATE', 'REGEX_SKU', 'MYSTERY', 'QUOTED_INSIDE', 'MULTILINE_NOTE']

/** A project and a home of its own beside it. */
function createProject(files: Readonly<Record<string, string>>): Folder & { readonly home: string } {
  const folder = createFolder()
  mkdirSync(`${folder.path}/home`)
  for (const [name, text] of Object.entries(files)) folder.write(`project/${name}`, text)
  return {
    ...folder,
    path: `${folder.path}/project`,
    home: `${folder.path}/home`,
    has: name => existsSync(`${folder.path}/project/${name}`),
  }
}

type Project = ReturnType<typeof createProject>

function init(project: Project, args: readonly string[] = [], options = {}) {
  return secwrap(['init', ...args], { cwd: project.path, env: { HOME: project.home }, ...options })
}

/** The environment that a command gets, by its own words. */
async function environmentOf(project: Project, args: readonly string[] = [], env = {}) {
  const dump = 'process.stdout.write(JSON.stringify(process.env))'
  const command = ['exec', '--pristine', '--keep', 'PATH', ...args, '--', 'node', '-e', dump]
  const { exitCode, stdout, stderr } = await secwrap(command, {
    cwd: project.path,
    env: { HOME: project.home, ...env },
  })
  expect([exitCode, stderr]).toEqual([0, ''])
  const { PATH: _, ...environment } = JSON.parse(stdout) as Record<string, string>
  return environment
}

/** Every file below a folder with its text and when it was written, hidden ones too; not what git keeps for itself. */
function look(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(
    name => !/^\.git(\/|$)/.test(name),
  )
  const files = names.filter(name => statSync(`${path}/${name}`).isFile()).sort()
  return Object.fromEntries(
    files.map(name => {
      const { mtimeMs, ino, mode } = statSync(`${path}/${name}`)
      return [name, `${mtimeMs} ${ino} ${mode} ${readFileSync(`${path}/${name}`, 'utf8')}`]
    }),
  )
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const read = (project: Project, name: string) => readFileSync(`${project.path}/${name}`, 'utf8')

describe.each(ARTIFACTS)('a real .env of 60 entries: $name', artifact => {
  test('the same environment, sealed for sops, no value anywhere, and nothing to do the second time', async () => {
    using project = createProject({ '.env': REAL, '.env.example': fixture('project.env.example') })
    const expected = { ...parse(REAL) }
    expect(Object.keys(expected).length).toBeGreaterThanOrEqual(60)

    const first = await init(project, [], { artifact })
    expect(first.exitCode).toBe(0)
    expect(await environmentOf(project)).toEqual(expected)

    const keyFile = `${project.home}/.config/sops/age/keys.txt`
    expect([modeOf(keyFile), modeOf(`${project.home}/.config/sops/age`)]).toEqual(['600', '700'])
    const sealed = JSON.parse(
      runSops(['decrypt', `${project.path}/secrets.sops.json`], { SOPS_AGE_KEY_FILE: keyFile }),
    ) as Record<string, string>
    expect(Object.keys(sealed).sort()).toEqual([...SECRETS, ...IN_DOUBT].sort())
    for (const [name, value] of Object.entries(sealed)) expect([name, value]).toEqual([name, expected[name]])

    const before = [look(project.path), look(project.home)]
    const second = await init(project, [], { artifact })
    expect([second.exitCode, second.stdout]).toEqual([
      0,
      'nothing to do: .env.template and secrets.sops.json say what .env says\n',
    ])
    expect([look(project.path), look(project.home)]).toEqual(before)

    const committed = ['.env.template', 'secrets.sops.json', '.sops.yaml', '.gitignore'].map(name =>
      read(project, name),
    )
    const said = [first, second].map(({ stdout, stderr }) => stdout + stderr)
    const values = SECRETS.map(name => expected[name] ?? '').filter(({ length }) => length >= 8)
    const lines = [
      ...values,
      ...values.flatMap(value => value.split('\n')).filter(line => /^\w{12,}/.test(line)),
    ]
    expect(values.length).toBeGreaterThan(12)
    expect(
      findLeaks([...lines, 'old-Apricot-2023', 'not-in-it'], [...committed, ...said].join('\n')),
    ).toEqual([])
    expect(findLeaks(lines, REAL).length).toBeGreaterThan(values.length) // the control: they are found where they are
  })
})

test('what was done is shown, by name', async () => {
  using project = createProject({ '.env': 'PORT=3000\nDB_PASSWORD=pear-plum-77\n' })
  const { stdout, stderr } = await init(project)
  const recipient = /age1\w+/.exec(stdout)?.[0]
  expect(stdout).toBe(`PORT\tas text\tname\t.env:1
DB_PASSWORD\tsealed\tname\t.env:2

${project.home}/.config/sops/age/keys.txt\ta new age key: nothing else opens the sealed file, so keep a copy of it
secrets.sops.json\t1 secret, sealed for ${recipient}
.sops.yaml\tfor sops: who can open the files that it seals here
.env.template\t2 entries, 1 of them references
.gitignore\tnew lines: .env .env.* !.env.template !.env.*.template !.env.example
`)
  expect(stderr).toBe(`secwrap: hint: secwrap check, then secwrap exec -- COMMAND
secwrap: hint: .env is still there; rm .env when the command runs without it
`)
  expect(read(project, '.env')).toBe('PORT=3000\nDB_PASSWORD=pear-plum-77\n')
})

test('--dry-run writes nothing, and shows the same', async () => {
  using project = createProject({ '.env': 'DB_PASSWORD=pear-plum-77\n' })
  const { stdout, exitCode } = await init(project, ['--dry-run', '--json'])
  const { entries, files } = JSON.parse(stdout)
  expect(exitCode).toBe(0)
  expect(entries).toEqual([{ name: 'DB_PASSWORD', kept: 'sealed', why: 'name', place: '.env:1' }])
  expect(files).toHaveLength(5)
  expect([Object.keys(look(project.path)), Object.keys(look(project.home))]).toEqual([['.env'], []])
})

describe('keys', () => {
  test('an age key that is there is used and not touched; others can be let in', async () => {
    using project = createProject({ '.env': 'DB_PASSWORD=pear-plum-77\n' })
    const [mine, other] = [await createIdentity(), await createIdentity()]
    const keyFile = `${project.home}/.config/sops/age/keys.txt`
    mkdirSync(`${project.home}/.config/sops/age`, { recursive: true })
    execFileSync('sh', [
      '-c',
      `printf '%s\n' '# mine' '${mine.identity}' > '${keyFile}'; chmod 640 '${keyFile}'`,
    ])
    const before = look(project.home)
    const { exitCode, stderr } = await init(project, ['--recipient', other.recipient])
    expect([exitCode, stderr.split('\n')[0]]).toEqual([
      0,
      `secwrap: warn: ${keyFile} can be read by others: chmod 600 ${keyFile}`,
    ])
    expect(look(project.home)).toEqual(before)
    for (const { identity } of [mine, other]) {
      const text = runSops(['decrypt', `${project.path}/secrets.sops.json`], { SOPS_AGE_KEY: identity })
      expect(JSON.parse(text)).toEqual({ DB_PASSWORD: 'pear-plum-77' })
    }
    expect(read(project, '.sops.yaml')).toContain(`age: '${mine.recipient},${other.recipient}'`)
  })

  test('a key file in the project is made, added to by hand later, and ignored by git', async () => {
    using project = createProject({ '.env': 'DB_PASSWORD=pear-plum-77\n', 'keys/mine.txt': '# a comment\n' })
    const { exitCode } = await init(project, ['--key-file', 'keys/mine.txt'])
    expect([exitCode, modeOf(`${project.path}/keys/mine.txt`)]).toEqual([0, '600'])
    expect(read(project, 'keys/mine.txt')).toMatch(
      /^# a comment\n# created: .*\n# public key: age1\w+\nAGE-SECRET-KEY-1\w+\n$/,
    )
    expect(read(project, '.gitignore')).toMatch(/^\/keys\/mine\.txt$/m)
    expect(readdirSync(project.home)).toEqual([])
    const settings = { SOPS_AGE_KEY_FILE: 'keys/mine.txt' }
    expect(await environmentOf(project, [], settings)).toEqual({ DB_PASSWORD: 'pear-plum-77' })
    const again = await init(project, ['--key-file', 'keys/mine.txt'])
    expect(again.stdout).toMatch(/^nothing to do/)
  })

  test('a key file is the only place that is looked into', async () => {
    using project = createProject({ '.env': 'DB_PASSWORD=pear-plum-77\n' })
    const usual = await createIdentity()
    mkdirSync(`${project.home}/.config/sops/age`, { recursive: true })
    writeFileSync(`${project.home}/.config/sops/age/keys.txt`, usual.identity, { mode: 0o600 })
    const { exitCode } = await init(project, ['--key-file', 'mine.txt'])
    expect([exitCode, read(project, 'mine.txt')]).toEqual([
      0,
      expect.stringMatching(/^AGE-SECRET-KEY-1\w+$/m),
    ])
    expect(read(project, 'secrets.sops.json')).not.toContain(usual.recipient)
  })

  test('sops itself can edit the sealed file and make others by .sops.yaml', async () => {
    using project = createProject({ '.env': 'DB_PASSWORD=pear-plum-77\n', 'new.sops.yaml': 'A: 1\n' })
    await init(project)
    const settings = { SOPS_AGE_KEY_FILE: `${project.home}/.config/sops/age/keys.txt` }
    runSops(['set', `${project.path}/secrets.sops.json`, '["DB_PASSWORD"]', '"quince"'], settings)
    expect(await environmentOf(project)).toEqual({ DB_PASSWORD: 'quince' })
    const rules = `--config=${project.path}/.sops.yaml`
    runSops([rules, 'encrypt', '--in-place', `${project.path}/new.sops.yaml`], settings)
    const { stdout } = await secwrap(['get', 'sops://./new.sops.yaml#A'], {
      cwd: project.path,
      env: { HOME: project.home },
    })
    expect(stdout).toBe('1')
  })

  test('the rules of a .sops.yaml above are followed, and no key is made that would not fit', async () => {
    using project = createProject({ '.env': 'DB_PASSWORD=pear-plum-77\n' })
    const { recipient, identity } = await createIdentity()
    execFileSync('sh', [
      '-c',
      `printf 'creation_rules:\n  - age: ${recipient}\n' > '${project.path}/../.sops.yaml'`,
    ])
    const { stderr, exitCode } = await init(project)
    expect([exitCode, stderr.split('\n')[0]]).toEqual([
      0,
      "secwrap: warn: secrets.sops.json can't be opened here: it is sealed for others only",
    ])
    expect([project.has('.sops.yaml'), readdirSync(project.home)]).toEqual([false, []])
    expect(await environmentOf(project, [], { SOPS_AGE_KEY: identity })).toEqual({
      DB_PASSWORD: 'pear-plum-77',
    })
  })
})

describe('git', () => {
  const git = (project: Project, ...args: string[]) =>
    execFileSync('git', ['-C', project.path, ...args], {
      encoding: 'utf8',
      env: { ...process.env, HOME: project.home },
    })

  test('what is to be committed is, what is not is ignored, and a tracked .env is told', async () => {
    using project = createProject({
      '.env': 'DB_PASSWORD=pear-plum-77\n',
      '.gitignore': 'node_modules\r\n.env.*',
    })
    git(project, 'init', '-q')
    git(project, 'add', '-f', '.env')
    const { stderr } = await init(project)
    expect(stderr.split('\n')[0]).toBe(
      'secwrap: warn: git keeps .env: git rm --cached .env, and change the secrets that were pushed',
    )
    expect(read(project, '.gitignore')).toBe(
      'node_modules\r\n.env.*\r\n.env\r\n!.env.template\r\n!.env.*.template\r\n!.env.example\r\n',
    )
    git(project, 'rm', '-q', '--cached', '.env')
    const untracked = git(project, 'ls-files', '--others', '--exclude-standard').trim().split('\n')
    expect(untracked.sort()).toEqual(['.env.template', '.gitignore', '.sops.yaml', 'secrets.sops.json'])
  })

  test('nothing is added where git sees to it already', async () => {
    using project = createProject({
      'app/.env': 'DB_PASSWORD=pear-plum-77\n',
      '.gitignore': '.env*\n!.env.template\n',
    })
    git(project, 'init', '-q')
    const { exitCode } = await init(project, ['app/.env'])
    expect([exitCode, project.has('app/.gitignore'), project.has('app/.env.template')]).toEqual([
      0,
      false,
      true,
    ])
  })

  test('what git would leave out of a commit is told', async () => {
    using project = createProject({ '.env': 'DB_PASSWORD=pear-plum-77\n', '.gitignore': '*.json\n' })
    git(project, 'init', '-q')
    const { stderr } = await init(project)
    expect(stderr).toContain('secwrap: warn: git ignores secrets.sops.json, which is to be committed\n')
  })
})

describe('what is there already', () => {
  test('a template that was worked on stays, as do other entries and secrets', async () => {
    using project = createProject({ '.env': 'A=x y\nDB_PASSWORD=pear-plum-77\n' })
    await init(project, ['--plain', 'A'])
    project.write(
      'project/.env.template',
      `B=2\nDB_PASSWORD="sops://./secrets.sops.json#DB_PASSWORD"\n\nA="x y" # c\n`,
    )
    const before = look(project.path)
    const { stdout, exitCode } = await init(project)
    expect([exitCode, stdout.slice(0, 13)]).toEqual([0, 'nothing to do'])
    expect(look(project.path)).toEqual(before)
  })

  test('what differs is told, all of it, and nothing changes; --force takes the .env, and keeps the rest', async () => {
    using project = createProject({ '.env': 'PORT=1\nDB_PASSWORD=pear-plum-77\nAPI_KEY=quince-88\n' })
    await init(project)
    const env = { HOME: project.home }
    await secwrap(['set', 'sops://./secrets.sops.json#MORE'], { cwd: project.path, env, input: 'medlar-99' })
    const line = (name: string) =>
      read(project, 'secrets.sops.json')
        .split('\n')
        .find(each => each.includes(`"${name}"`))
    const unchanged = line('API_KEY')
    project.write('project/.env', 'PORT=2\nDB_PASSWORD=pear-plum-78\nAPI_KEY=quince-88\nNEW=3\n')
    const before = [look(project.path), look(project.home)]
    const refused = await init(project)
    expect([refused.exitCode, refused.stdout, refused.stderr]).toEqual([
      64,
      '',
      `secwrap: error: .env.template does not say what .env says of PORT, NEW [BAD_USAGE]
secwrap: hint: --force makes it anew from .env
secwrap: error: secrets.sops.json: has other values of DB_PASSWORD [BAD_USAGE]
secwrap: hint: --force
`,
    ])
    expect([look(project.path), look(project.home)]).toEqual(before)
    expect((await init(project, ['--force'])).exitCode).toBe(0)
    expect(await environmentOf(project)).toEqual({ ...parse(read(project, '.env')) })
    expect(line('API_KEY')).toBe(unchanged)
    const more = await secwrap(['get', 'sops://./secrets.sops.json#MORE'], { cwd: project.path, env })
    expect(more.stdout).toBe('medlar-99')
  })

  test('a sealed file that nobody here can open stays, --force or not', async () => {
    using project = createProject({ '.env': 'DB_PASSWORD=pear-plum-77\n' })
    await init(project)
    const other = { env: { HOME: '/nonexistent' } }
    const before = look(project.path)
    for (const args of [[], ['--force']]) {
      const { exitCode, stderr } = await init(project, args, other)
      expect([exitCode, stderr]).toEqual([77, expect.stringContaining('no age identity was found [DENIED]')])
    }
    expect(look(project.path)).toEqual(before)
  })
})

test.each([
  ['.env.production', [], '.env.production.template', 'secrets.production.sops.json'],
  ['.env', ['--sealed', 'config/secrets.yaml'], '.env.template', 'config/secrets.yaml'],
  ['.env', ['--sealed', 'secrets.sops.env'], '.env.template', 'secrets.sops.env'],
  ['deploy/app.env', [], 'deploy/app.env.template', 'deploy/secrets.app.sops.json'],
])('other names: %s %j', async (file, args, template, sealed) => {
  using project = createProject({ [file]: 'PORT=1\nDB_PASSWORD="pear\nplum-77"\nAPI_KEY=\'quince\\n88\'\n' })
  const { exitCode, stderr } = await init(project, [file, ...args])
  expect([exitCode, project.has(template), project.has(sealed)]).toEqual([0, true, true])
  expect(stderr.includes('sops edit takes \\n in API_KEY for a line break')).toBe(sealed.endsWith('.env'))
  const expected = { PORT: '1', DB_PASSWORD: 'pear\nplum-77', API_KEY: 'quince\\n88' }
  expect(await environmentOf(project, ['--template', template])).toEqual(expected)
})

const SECRET = 'pear-plum-77'

describe('bad input: one line each, and nothing is changed', () => {
  test.each<[string, Record<string, string | Uint8Array>, string[], number, string]>([
    ['no .env', {}, [], 66, '.env does not exist [NOT_FOUND]'],
    ['no folder', {}, ['nosuch/.env'], 66, 'does not exist [NOT_FOUND]'],
    ['two files', { '.env': `A=${SECRET}` }, ['.env', 'b'], 64, 'init takes one .env file [BAD_USAGE]'],
    [
      'a template',
      { '.env.template': 'A=1' },
      ['.env.template'],
      64,
      'init takes the .env file that the application reads [BAD_USAGE]',
    ],
    [
      'names that no environment can have',
      { '.env': `my.key=${SECRET}\nA=1\nb-c=2` },
      [],
      65,
      ".env:1: my.key: my.key can't be the name of an environment variable [BAD_TEMPLATE]",
    ],
    ['bytes', { '.env': new Uint8Array([65, 61, 255, 254]) }, [], 65, '.env is not UTF-8 text [BAD_VALUE]'],
    [
      'a huge file',
      { '.env': `#${'x'.repeat(1024 * 1024)}` },
      [],
      65,
      '.env is larger than 1 MiB [BAD_VALUE]',
    ],
    ['a folder', { '.env/file': '' }, [], 78, '.env is a folder [BAD_CONFIG]'],
    [
      'a bad example',
      { '.env': `A=${SECRET}`, '.env.example/x': '' },
      [],
      78,
      '.env.example is a folder [BAD_CONFIG]',
    ],
    [
      'a folder for a template',
      { '.env': `A=${SECRET}`, '.env.template/x': '' },
      [],
      78,
      '.env.template is a folder [BAD_CONFIG]',
    ],
    [
      'a sealed file that is none',
      { '.env': `A=${SECRET}`, 'secrets.sops.json': '{"A": "1"}' },
      [],
      65,
      'secrets.sops.json: is not sealed, or was cut off: it has no sops metadata [BAD_VALUE]',
    ],
    [
      'a sealed file elsewhere',
      { '.env': `A=${SECRET}` },
      ['--sealed', '../s.json'],
      64,
      "--sealed takes a .json, .yaml or .env file of its own, below the template's folder [BAD_USAGE]",
    ],
    [
      'the .env as the sealed file',
      { '.env': `A=${SECRET}` },
      ['--sealed', '.env'],
      64,
      "--sealed takes a .json, .yaml or .env file of its own, below the template's folder [BAD_USAGE]",
    ],
    [
      'no recipient',
      { '.env': `A=${SECRET}` },
      ['--recipient', 'AGE-SECRET-KEY-1PLANTED'],
      64,
      '--recipient takes the public half of an age key [BAD_USAGE]',
    ],
    [
      'a recipient with a slip',
      { '.env': `A=${SECRET}` },
      ['--recipient', 'age1xyz'],
      78,
      "secrets.sops.json: can't be sealed for no age recipient [BAD_CONFIG]",
    ],
    [
      'a key file that holds something else',
      { '.env': `A=${SECRET}`, key: 'PLANTED' },
      ['--key-file', 'key'],
      78,
      'key holds something else than age identities [BAD_CONFIG]',
    ],
    [
      'rules for other files',
      { '.env': `A=${SECRET}`, '.sops.yaml': 'creation_rules:\n  - encrypted_regex: ^data$\n' },
      [],
      78,
      'secrets.sops.json: its rule encrypted_regex would not seal A [BAD_CONFIG]',
    ],
    [
      'rules of another kind',
      { '.env': `A=${SECRET}`, '.sops.yaml': 'creation_rules:\n  - pgp: ABC\n' },
      [],
      78,
      'secrets.sops.json: its .sops.yaml asks for pgp, and secwrap seals for age keys [BAD_CONFIG]',
    ],
    [
      'a name that sops leaves open',
      { '.env': `A_unencrypted=${SECRET}` },
      [],
      78,
      'secrets.sops.json: its rule unencrypted_suffix would not seal A_unencrypted [BAD_CONFIG]',
    ],
  ])('%s', async (_, files, args, exitCode, fact) => {
    using project = createProject({ 'README.md': 'x' })
    for (const [name, content] of Object.entries(files)) project.write(`project/${name}`, content)
    const before = [look(project.path), look(project.home)]
    const result = await init(project, args)
    expect([result.exitCode, result.stdout]).toEqual([exitCode, ''])
    expect(result.stderr.split('\n')[0]).toMatch(
      new RegExp(`^secwrap: error: .*${fact.replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&')}$`),
    )
    expect(findLeaks([SECRET, 'PLANTED1'], result.stderr)).toEqual([])
    expect([look(project.path), look(project.home)]).toEqual(before)
  })

  test.each([
    ['folder that is read-only', (project: Project) => chmodSync(project.path, 0o555), 'project'],
    ['.env that this user may not read', (project: Project) => chmodSync(`${project.path}/.env`, 0), '.env'],
    ['home that is read-only', (project: Project) => chmodSync(project.home, 0o555), 'keys.txt'],
  ])('a %s', async (_, spoil, named) => {
    const user = 65_534
    using project = createProject({ '.env': `DB_PASSWORD=${SECRET}` })
    for (const path of [project.path, project.home, `${project.path}/.env`, `${project.path}/..`])
      chownSync(path, user, user)
    spoil(project)
    const result = await init(project, [], { user })
    expect([result.exitCode, result.stdout]).toEqual([77, ''])
    expect(result.stderr).toContain(named)
    expect([readdirSync(project.path), readdirSync(project.home)]).toEqual([['.env'], []])
  })
})

test('whatever a .env holds, the command gets what dotenv gives', async () => {
  const piece = fc.constantFrom(
    ...'abZ01 #="\'`\\:/@-.${}\n'.split(''),
    '${A}',
    '\\n',
    'https://',
    'vault://a',
    ' # ',
    'true',
    'é',
  )
  const value = fc
    .tuple(fc.constantFrom('', "'", '"', '`'), fc.array(piece, { maxLength: 12 }))
    .map(([quote, pieces]) => quote + pieces.join('') + quote)
  const name = fc.constantFrom('PORT', 'API_KEY', 'DB_PASSWORD', 'APP_URL', 'NOTE', 'LOG_LEVEL', 'X')
  const file = fc
    .array(fc.tuple(fc.constantFrom('', 'export ', '# c\n'), name, value), { maxLength: 8 })
    .map(lines => lines.map(([before, each, text]) => `${before}${each}=${text}`).join('\n'))
  await fc.assert(
    fc.asyncProperty(file, async text => {
      const expected = { ...parse(text) }
      fc.pre(Object.keys(expected).every(each => /^[A-Za-z_]\w*$/.test(each)))
      using project = createProject({ '.env': text })
      const { exitCode, stderr } = await init(project)
      expect([exitCode, stderr.includes('error')]).toEqual([0, false])
      expect(await environmentOf(project)).toEqual(expected)
      expect((await init(project)).stdout).toMatch(/^nothing to do/)
    }),
    { numRuns: 20 },
  )
})

test('two at once: one does it, the other finds nothing to do', async () => {
  using project = createProject({ '.env': REAL })
  const results = await Promise.all([init(project), init(project), init(project)])
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
  expect(results.filter(({ stdout }) => stdout.startsWith('nothing to do'))).toHaveLength(2)
  expect(await environmentOf(project)).toEqual({ ...parse(REAL) })
})

test('the example does what it shows, and nothing lands in the home folder', async () => {
  using folder = createFolder()
  const example = `${import.meta.dirname}/../../examples/quickstart`
  try {
    const { exitCode, stdout, stderr } = await run(['node', `${example}/run.mjs`], {
      env: { HOME: folder.path },
    })
    expect([exitCode, readdirSync(folder.path)]).toEqual([0, []])
    expect(stdout).toMatch(/^app: DB_PASSWORD {2}set, 16 characters$/m)
    const sealed = runSops(['decrypt', `${example}/project/secrets.sops.json`], {
      SOPS_AGE_KEY_FILE: `${example}/project/age-key.txt`,
    })
    const values = Object.values(JSON.parse(sealed) as Record<string, string>)
    expect(values).toHaveLength(3)
    expect(findLeaks(values, stdout + stderr)).toEqual([])
  } finally {
    rmSync(`${example}/project`, { recursive: true, force: true })
  }
})
