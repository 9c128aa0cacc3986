import { asSecwrapError } from '../core/errors.ts'
import type { Inherited } from '../core/types.ts'
import { type Identities, readIdentities } from './identities.ts'

/** A place where age identities are kept, and what was found there. */
export interface KeyPlace extends Identities {
  readonly name: string // SOPS_AGE_KEY, /home/app/.config/sops/age/keys.txt
}

export interface KeySurroundings {
  readonly env: Inherited
  /** Undefined where there is no such file. @throws SecwrapError where it can't be read. */
  readonly readFile: (path: string) => string | undefined
  /** What a command writes when it is asked for one recipient's identity. @throws SecwrapError where it fails. */
  readonly runCommand: (command: string, recipient: string) => Promise<string>
}

/**
 * Where sops looks for age identities, one place after the other: SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, the
 * default key file, and last, as it may ask a person, SOPS_AGE_KEY_CMD.
 *
 * Source: loadIdentities in age/keysource.go of sops.
 */
export async function* findKeys(
  recipients: readonly string[],
  { env, readFile, runCommand }: KeySurroundings,
): AsyncIterable<KeyPlace> {
  const { SOPS_AGE_KEY: key, SOPS_AGE_KEY_FILE: file, SOPS_AGE_KEY_CMD: command } = env
  yield await readPlace('SOPS_AGE_KEY', () => key, 'not set')
  if (file === undefined) yield { name: 'SOPS_AGE_KEY_FILE', identities: [], problem: 'not set' }
  else yield await readPlace(`SOPS_AGE_KEY_FILE=${file}`, () => readFile(file), 'no such file')
  const usual = defaultKeyFile(env)
  if (usual !== undefined) yield await readPlace(usual, () => readFile(usual), 'no such file')
  if (command === undefined) return
  for (const recipient of recipients) {
    yield await readPlace('SOPS_AGE_KEY_CMD', () => runCommand(command, recipient), 'no output')
  }
}

/** $XDG_CONFIG_HOME/sops/age/keys.txt, else below ~/.config, on macOS below ~/Library/Application Support. */
export function defaultKeyFile(
  { XDG_CONFIG_HOME: config, HOME: home }: Inherited,
  platform: string = process.platform,
): string | undefined {
  const folder = platform === 'darwin' ? 'Library/Application Support' : '.config'
  const base = config || (home ? `${home}/${folder}` : undefined)
  return base === undefined ? undefined : `${base}/sops/age/keys.txt`
}

async function readPlace(
  name: string,
  read: () => string | undefined | Promise<string>,
  absent: string,
): Promise<KeyPlace> {
  try {
    const text = await read()
    return { name, ...(text === undefined ? { identities: [], problem: absent } : readIdentities(text)) }
  } catch (error) {
    const { code, message } = asSecwrapError(error)
    if (code === 'TIMED_OUT') throw error
    return { name, identities: [], problem: message }
  }
}
