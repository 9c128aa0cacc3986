/** Every command line of secwrap in examples/ is one that its commands take: names, flags and values. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { COMMANDS } from '../../../src/commands/index.ts'
import { parseArguments } from '../../../src/commands/parse-arguments.ts'
import { listCommandLines } from '../../helpers/command-lines.ts'

const EXAMPLES = `${import.meta.dirname}/../../../examples`
const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .filter(name => /(Dockerfile|\.service|\.yaml|README\.md)$/.test(name))
  .sort()

/** What is wrong with a command line; undefined if nothing. */
async function findProblem([name = '', ...argv]: readonly string[]): Promise<string | undefined> {
  const command = COMMANDS.find(each => each.command === name)
  if (!command) return `no command ${name}`
  const { flags } = await command.load()
  try {
    parseArguments(argv, flags, command)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

test.each(files)('%s', async name => {
  const lines = listCommandLines(name, readFileSync(`${EXAMPLES}/${name}`, 'utf8'))
  const problems = await Promise.all(lines.map(findProblem))
  expect(problems.filter(problem => problem !== undefined)).toEqual([])
})

test('each kind of file has some', () => {
  const linesOf = (name: string) => listCommandLines(name, readFileSync(`${EXAMPLES}/${name}`, 'utf8'))
  expect(linesOf('docker/Dockerfile')).toEqual([
    ['exec', '--', 'node', 'app.js'],
    ['exec', '--', '/nodejs/bin/node', 'app.js'],
  ])
  expect(linesOf('buildkit/Dockerfile')).toEqual([
    ['exec', '--template', 'build.env.template', '--', 'npm', 'ci', '--omit=dev'],
  ])
  expect(linesOf('kubernetes/init-container.yaml')).toEqual([['render', '/templates/:/secrets/']])
  expect(linesOf('kubernetes/sidecar.yaml').map(([name]) => name)).toEqual(['render', 'render'])
  expect(linesOf('systemd/shop.service')).toHaveLength(1)
  expect(linesOf('swarm/README.md')).toEqual([['get', 'ssm:///prod/db/password']])
})

test.each([
  ['a flag', 'Dockerfile', 'ENTRYPOINT ["secwrap", "exec", "--pristin"]', 'unknown flag --pristin'],
  ['a command', 'shop.service', 'ExecStart=/usr/local/bin/secwrap execute -- app', 'no command execute'],
  ['a value', 'x.yaml', 'spec:\n  - { image: secwrap:1, args: [exec, --timeout, soon] }', '--timeout takes'],
  ['a line of a page', 'README.md', '```sh\nsecwrap render a:b --mod 600\n```', 'unknown flag --mod'],
])('found: %s that does not exist', async (_, name, text, told) => {
  const problems = await Promise.all(listCommandLines(name, text).map(findProblem))
  expect(problems).toEqual([expect.stringContaining(told)])
})
