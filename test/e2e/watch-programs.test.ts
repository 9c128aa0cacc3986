/** What a program finds open that processes of `--watch` start for themselves: no memory file with tokens or values. */
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ARTIFACTS } from '../helpers/secwrap.ts'
import { startSidecar } from '../helpers/sidecar-run.ts'
import { createFolder, type Folder } from '../helpers/temporary-folder.ts'
import { startWatch, waitFor } from '../helpers/watched-run.ts'
import { openParameterStore, type ParameterStore, REGION } from '../integration/aws/parameter-store.ts'

import { openLab, uniqueName } from '../lab/index.ts'

const CREDENTIALS = `${import.meta.dirname}/../fixtures/credentials.py`
const FLAGS = ['--interval', '0.2', '--debounce', '0.05']
const parameter = uniqueName('programs')
/** The caller's descriptor 7 is a file of which a look needs nothing. */
const WITH_DESCRIPTOR = ['sh', '-c', 'exec "$@" 7<.env.template', 'sh']

let aws: ParameterStore
beforeAll(async () => {
  aws = openParameterStore()
  await aws.put(`/${parameter}`, 'value')
})
afterAll(() => aws.stop())

/** Credentials come from a program that writes down, a line a run, what it finds open. */
function createProject() {
  const folder = createFolder()
  const { accessKeyId, secretAccessKey } = aws.credentials
  const program = `python3 ${CREDENTIALS} ${folder.path}/runs ${accessKeyId} ${secretAccessKey}`
  folder.write('config', `[default]\ncredential_process = ${program}\n`)
  folder.write('.env.template', `A=ssm:///${parameter}\n`)
  folder.write('file.template', `\${ssm:///${parameter}}\n`)
  const env = {
    AWS_CONFIG_FILE: `${folder.path}/config`,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL_SSM: openLab().aws.endpoint,
  }
  return { folder, env }
}

function runsIn(folder: Folder): readonly string[][] {
  if (!existsSync(`${folder.path}/runs`)) return []
  const lines = readFileSync(`${folder.path}/runs`, 'utf8').split('\n').slice(0, -1)
  return lines.map(line => JSON.parse(line) as string[])
}

const memoryFilesIn = (runs: readonly string[][]) => runs.flat().filter(file => file.includes('memfd:'))

describe.each(ARTIFACTS)('$name', artifact => {
  test('exec --watch: neither that of the resolver nor those of looks', async () => {
    const { folder, env } = createProject()
    using _folder = folder
    const command = ['sleep', '60']
    const options = { artifact, cwd: folder.path, env, flags: FLAGS, command, prefix: WITH_DESCRIPTOR }
    await using _run = startWatch(options)
    await waitFor(() => runsIn(folder).length > 3)
    const [first, ...looks] = runsIn(folder)
    expect(memoryFilesIn([first ?? [], ...looks])).toEqual([])
    expect(looks.flat().filter(file => file.endsWith('.env.template'))).toEqual([])
  })

  test('render --watch: nor those of its looks', async () => {
    const { folder, env } = createProject()
    using _folder = folder
    const args = [...FLAGS, `file.template:${folder.path}/file`]
    await using _run = startSidecar({ artifact, cwd: folder.path, env, args, prefix: WITH_DESCRIPTOR })
    await waitFor(() => runsIn(folder).length > 3)
    expect(memoryFilesIn(runsIn(folder))).toEqual([])
    expect(
      runsIn(folder)
        .flat()
        .filter(file => file.endsWith('.env.template')),
    ).toEqual([])
  })
})
