/** The real `sops`, and age identities made for one test. */
import { execFileSync } from 'node:child_process'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import type { ProviderContext, SecretId } from '../../src/core/types.ts'
import { openLab } from '../lab/index.ts'

export interface AgeIdentity {
  readonly identity: string // AGE-SECRET-KEY-1…
  readonly recipient: string // age1…
}

export async function createIdentity(generate = generateIdentity): Promise<AgeIdentity> {
  const identity = await generate()
  return { identity, recipient: await identityToRecipient(identity) }
}

/** Runs sops and gives its standard output. @throws Error with its standard error. */
export function runSops(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): string {
  return execFileSync(openLab().sops, ['--disable-version-check', ...args], {
    env: { HOME: '/nonexistent', ...env },
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** A sealed text of a plain one. @param options - `--encrypted-regex=…` and its like. */
export function seal(plain: string, format: string, recipient: string, ...options: string[]): string {
  const types = [`--input-type=${format}`, `--output-type=${format}`]
  return runSops(['encrypt', ...types, `--age=${recipient}`, ...options, '--filename-override=x'], {}, plain)
}

export function unseal(path: string, identity: string, ...options: string[]): string {
  return runSops(['decrypt', ...options, path], { SOPS_AGE_KEY: identity })
}

export function idOf(path: string, options: Readonly<Record<string, string>> = {}): SecretId {
  return { uri: `sops://${path}`, scheme: 'sops', path, options }
}

/** A reader who holds one identity. */
export function contextOf(identity: string, warnings: string[] = []): ProviderContext {
  return { env: { SOPS_AGE_KEY: identity }, warn: text => warnings.push(text) }
}
