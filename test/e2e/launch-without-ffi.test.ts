/** Where Node has no FFI the command still runs; what it then lacks is what `listLosses` says. */
import { resolve } from 'node:path'
import { expect, test } from '@jest/globals'
import { secwrap } from '../helpers/secwrap.ts'
import { createFolder } from '../helpers/temporary-folder.ts'

const bundle = resolve(import.meta.dirname, '../../dist/npm/main.js')
const artifact = { name: 'without FFI', argv: ['node', '--no-experimental-ffi', bundle] }

test.each([
  // command, stdout, first line of stderr, exit code
  [['sh', '-c', 'echo "$KEY"; exit 7'], 'from-template\n', '', 7],
  [['./script', 'an argument'], 'an argument\n', '', 0],
  [['./lost'], '', 'secwrap: error: ./lost needs an interpreter that does not exist [NO_COMMAND]', 127],
])('%j', async (command, stdout, firstLine, exitCode) => {
  using folder = createFolder()
  folder.write('.env.template', 'KEY=from-template\n')
  folder.write('script', 'echo "$@"\n', 0o755)
  folder.write('lost', '#!/no/such/interpreter\n', 0o755)
  const result = await secwrap(['exec', '--', ...command], { artifact, cwd: folder.path })
  expect(result).toMatchObject({ stdout, exitCode })
  expect(result.stderr.split('\n')[0]).toBe(firstLine)
})

test('SIGPIPE is ignored then, as listLosses says', async () => {
  using folder = createFolder()
  folder.write('.env.template', '')
  const args = ['exec', '--', 'sh', '-c', 'grep SigIgn /proc/$$/status']
  const { stdout } = await secwrap(args, { artifact, cwd: folder.path })
  expect(stdout).toBe('SigIgn:\t0000000001001000\n')
})
