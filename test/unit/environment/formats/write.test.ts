/** The text of each format, and what each refuses. That programs read it back is in test/integration/formats. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { describe } from '../../../../src/core/errors.ts'
import type { Format, FormatOptions } from '../../../../src/environment/formats/format.ts'
import { FORMATS, type FormatName } from '../../../../src/environment/formats/index.ts'
import { writeEnvironment } from '../../../../src/environment/formats/write.ts'

async function write(name: FormatName, environment: Record<string, string>, options: FormatOptions = {}) {
  const { format }: { readonly format: Format } = await FORMATS[name]()
  const { text, problems } = writeEnvironment(format, environment, each => place(each), options)
  return { text, problems: problems.map(describe) }
}

function place(name: string) {
  return { file: '.env.template', line: 7, name }
}

const SAMPLE = { PLAIN: 'http://a/?b=1', EMPTY: '', NO: `$5 "off" # \\o/` }

test.each<[FormatName, string]>([
  ['dotenv', `PLAIN='http://a/?b=1'\nEMPTY=\nNO='$5 "off" # \\o/'\n`],
  ['docker', `PLAIN=http://a/?b=1\nEMPTY=\nNO=$5 "off" # \\o/\n`],
  ['json', `{\n  "PLAIN": "http://a/?b=1",\n  "EMPTY": "",\n  "NO": "$5 \\"off\\" # \\\\o/"\n}\n`],
  ['yaml', `PLAIN: "http://a/?b=1"\nEMPTY: ""\n"NO": "$5 \\"off\\" # \\\\o/"\n`],
  ['shell', `export PLAIN='http://a/?b=1'\nexport EMPTY=''\nexport NO='$5 "off" # \\o/'\n`],
  ['fish', `set -gx PLAIN 'http://a/?b=1'\nset -gx EMPTY ''\nset -gx NO '$5 "off" # \\\\o/'\n`],
  ['powershell', `$env:PLAIN = 'http://a/?b=1'\n$env:EMPTY = ''\n$env:NO = '$5 "off" # \\o/'\n`],
  ['gitlab', `PLAIN=http://a/?b=1\nEMPTY=\nNO=$$5 "off" # \\o/\n`],
  ['systemd', `PLAIN="http://a/?b=1"\nEMPTY=""\nNO="\\$5 \\"off\\" # \\\\o/"\n`],
  ['tfvars', `PLAIN = "http://a/?b=1"\nEMPTY = ""\nNO = "$5 \\"off\\" # \\\\o/"\n`],
  ['properties', `PLAIN=http://a/?b=1\nEMPTY=\nNO=$5 "off" # \\\\o/\n`],
])('%s', async (format, text) => {
  expect(await write(format, SAMPLE)).toEqual({ text, problems: [] })
})

test('kubernetes', async () => {
  const { text } = await write(
    'kubernetes',
    { A: '1', NO: '' },
    { name: '1', namespace: 'prod', type: 'a/b' },
  )
  const data = 'data:\n  A: MQ==\n  "NO": ""\n'
  const head = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: "1"\n  namespace: prod\ntype: a/b\n'
  expect(text).toBe(head + data)
})

test('github', async () => {
  const { text } = await write('github', { A: 'x\ny', EMPTY: '' })
  const [, first, second] = /^A<<(\w+)\nx\ny\n\1\nEMPTY<<(\w+)\n\n\2\n$/.exec(text) ?? []
  expect([first?.length, first === second]).toEqual([40, false])
})

test.each<[FormatName, string]>([
  ['dotenv', ''],
  ['json', '{}\n'],
  ['yaml', '{}\n'],
  ['kubernetes', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ntype: Opaque\n'],
])('%s without a variable', async (format, text) => {
  expect(await write(format, {}, { name: 'app' })).toEqual({ text, problems: [] })
})

const LONG = 'x'.repeat(65_535)

test.each<[FormatName, string, string, string]>([
  ['dotenv', 'A', 'a${b}c', 'has ${…}, which python-dotenv expands'],
  ['dotenv', 'A', "$it's", 'has $ beside what single quotes do not hold, so Compose would expand it'],
  ['dotenv', 'A', `"it's"`, 'has quotes or backslashes that readers of .env files do not agree on'],
  ['dotenv', 'A', 'two\nlines\\', 'has quotes or backslashes that readers of .env files do not agree on'],
  ['docker', 'A', 'a\nb', "has a line break, which docker's env-file can't hold"],
  ['docker', 'A', 'a\r', 'ends in a carriage return, which docker drops'],
  ['docker', 'A', LONG, 'makes a line of 65537 bytes, and docker takes 65535'],
  ['fish', 'PATH', '/bin::/sbin', 'has an empty folder name, which fish makes a dot of'],
  ['fish', 'HOME', '//home', 'has //, which fish shortens in HOME'],
  ['gitlab', 'A', 'a\n', "has a line break, which GitLab's dotenv can't hold"],
  ['gitlab', 'A', ' a', 'begins or ends with a blank, which GitLab drops'],
  ['gitlab', 'A', 'a%CI_JOB_ID%', 'has %NAME%, which GitLab expands'],
  ['systemd', 'A', 'a\ufdd0', 'has a noncharacter of Unicode, for which systemd refuses the whole file'],
  ['tfvars', 'A', 'e\u0301', "is not in Unicode's form C, which Terraform makes of all text"],
])('%s refuses %s=%j', async (format, name, value, fact) => {
  const { text, problems } = await write(format, { OK: '1', [name]: value })
  expect(problems).toEqual([`.env.template:7: ${name}: the value ${fact} [BAD_VALUE]`])
  expect(text).toBe('')
})

test.each<[FormatName, string, string]>([
  ['shell', 'UID', "UID is a variable of bash's own, which keeps its value to itself"],
  ['fish', 'status', "status is a variable of fish's own, which keeps its value to itself"],
  ['github', 'NODE_OPTIONS', 'GitHub does not take NODE_OPTIONS from a step'],
  ['github', 'GITHUB_SHA', "GITHUB_SHA is set by GitHub's runner, over any other value"],
  ['github', 'RUNNER_TEMP', "RUNNER_TEMP is set by GitHub's runner, over any other value"],
  ['tfvars', 'count', "count can't be the name of a variable in Terraform"],
  ['yaml', 'A'.repeat(1_001), 'the name is too long for a key in YAML'],
  ['kubernetes', 'A'.repeat(254), "the name is too long for a Secret's key"],
])('%s refuses the name %s', async (format, name, message) => {
  expect((await write(format, { [name]: 'x' })).problems).toEqual([
    `.env.template:7: ${name}: ${message} [BAD_VALUE]`,
  ])
})

test.each<[FormatName, string, string]>([
  ['dotenv', 'A', `it's "x" \\\\`],
  ['dotenv', 'A', `{"key":"-----BEGIN\\nEND"}`],
  ['docker', 'A', LONG.slice(2)],
  ['docker', 'A', ' \r "x"'],
  ['fish', 'MANPATH', 'a::b:'],
  ['github', 'GITHUB_TOKEN', 'x'],
  ['github', 'GITHUB_CLIENT_ID', 'x'],
  ['gitlab', 'A', 'p%C3%A9 100%'],
  ['systemd', 'A', '\u0001\r\n\t'],
  ['tfvars', 'A', '\u00e9 ${x} %{y}'],
])('%s carries %s=%j', async (format, name, value) => {
  expect((await write(format, { [name]: value })).problems).toEqual([])
})

test.each<FormatName>(['json', 'yaml', 'shell', 'fish', 'powershell', 'github', 'kubernetes', 'properties'])(
  '%s carries every value',
  async format => {
    const value = fc.string({ unit: 'binary' }).map(text => text.replaceAll('\0', ''))
    await fc.assert(
      fc.asyncProperty(value, async text => {
        expect((await write(format, { A: text })).problems).toEqual([])
      }),
    )
  },
)

test('all problems are told', async () => {
  const { problems } = await write('docker', { A: '\n', 'b-c': '', D: '\n' })
  expect(problems.map(problem => problem.split(': ')[1])).toEqual(['A', 'b-c', 'D'])
})

test('a Secret of more than a mebibyte is refused', async () => {
  const environment = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`A${index}`, 'x'.repeat(120_000)]),
  )
  await expect(write('kubernetes', environment, { name: 'app' })).rejects.toThrow(
    'the values are 1080000 bytes, and a Secret takes 1048576',
  )
})
