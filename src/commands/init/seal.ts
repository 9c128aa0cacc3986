import { SecwrapError } from '../../core/errors.ts'
import { formatJson } from '../../core/json.ts'
import type { FileChange } from '../../core/replace-files.ts'
import type { Secret } from '../../core/secret.ts'
import type { ProviderContext, SecretId } from '../../core/types.ts'
import { readSecretFile } from '../../providers/shared/read-file.ts'
import { named, openSealedFile, type SealedFile } from '../../providers/sops/sealed-file.ts'
import { parseFields } from '../../resolve/merge.ts'
import { recipientOf } from '../../sops/age.ts'
import { createSealed, type SealSettings } from '../../sops/create.ts'
import { editSealed } from '../../sops/edit.ts'
import { formatOf } from '../../sops/format.ts'
import { findSealSettings } from '../../sops/recipients.ts'
import { createRules, DEFAULT_RULE, type Rule } from '../../sops/rules.ts'
import { findOwnKey, type OwnKey } from './key.ts'
import { formatConfig } from './sops-config.ts'

export interface SealRequest {
  readonly id: SecretId
  readonly folder: string // of the template, absolute
  readonly name: string // from there: secrets.sops.json
  readonly secrets: ReadonlyMap<string, string>
  readonly recipients: readonly string[] // in addition
  readonly overwrites: boolean
  readonly context: ProviderContext
}

/** What there is to write; nothing where the file has it all. */
export interface Sealing {
  readonly recipients: readonly string[] // of the file
  readonly file?: FileChange
  readonly key?: FileChange // a file with a new identity
  readonly config?: FileChange // a .sops.yaml, where there is none
  readonly warnings: readonly string[]
}

/**
 * What has to be written so that a sealed file has the secrets. Values that it has already keep their ciphertext, and
 * none is ever taken out.
 *
 * @throws SecwrapError BAD_USAGE for values that would be overwritten, BAD_CONFIG for a file whose rules leave secrets
 *   as they are, and what opening, sealing and the search for keys throw.
 */
export async function planSealing(request: SealRequest, signal: AbortSignal): Promise<Sealing> {
  if (request.secrets.size === 0) return { recipients: [], warnings: [] }
  const file = await openSealedFile(request.id, request.context, signal, 'edit')
  return named(request.id, () => (file ? extend(file, request) : create(request, signal)))
}

async function extend(file: SealedFile, request: SealRequest): Promise<Sealing> {
  const { id, secrets, overwrites, recipients: wanted } = request
  const { rule, ageKeys } = file.opened.document.metadata
  checkRule(rule, secrets)
  const before = parseFields(file.secret, id.uri)
  const others = [...secrets].filter(([name, value]) => Object.hasOwn(before, name) && before[name] !== value)
  if (others.length > 0 && !overwrites) {
    throw new SecwrapError('BAD_USAGE', `has other values of ${others.map(([name]) => name).join(', ')}`, {
      hint: '--force',
    })
  }
  const text = await editSealed(file.text, file.opened, file.format, addTo(file.secret, request))
  const recipients = ageKeys.map(({ recipient }) => recipient)
  const missing = wanted.filter(recipient => !recipients.includes(recipient))
  return {
    recipients,
    ...(text !== file.text && { file: { path: id.path, text } }),
    warnings: missing.map(
      recipient => `${id.uri} stays closed to ${recipient}: sops rotate --in-place --add-age adds one`,
    ),
  }
}

async function create(request: SealRequest, signal: AbortSignal): Promise<Sealing> {
  const { id, folder, name, secrets, context } = request
  const own = await findOwnKey(context, signal)
  const { settings, hasConfig } = await findSettings(request, own)
  checkRule(settings.rule ?? DEFAULT_RULE, secrets)
  const text = await createSealed(formatOf(id.path, undefined), addTo(undefined, request), settings)
  const ownRecipients = await Promise.all(own.identities.map(recipientOf))
  const isOpen = ownRecipients.some(recipient => settings.recipients.includes(recipient ?? ''))
  return {
    recipients: settings.recipients,
    file: { path: id.path, text },
    ...(own.file && isOpen && { key: own.file }),
    ...(!hasConfig && { config: formatConfig(folder, name, settings.recipients) }),
    warnings: isOpen ? [] : [`${id.uri} can't be opened here: it is sealed for others only`],
  }
}

/** As sops would have it, and the recipients that were asked for in addition. */
async function findSettings(
  { id, recipients, context: { env } }: SealRequest,
  { identities }: OwnKey,
): Promise<{ settings: SealSettings; hasConfig: boolean }> {
  let hasConfig = false
  const readConfig = (path: string) => {
    const text = readSecretFile(path, path)?.text
    hasConfig ||= text !== undefined
    return text
  }
  const surroundings = {
    env: { SOPS_AGE_KEY: identities.join('\n'), SOPS_AGE_RECIPIENTS: env.SOPS_AGE_RECIPIENTS },
    readFile: () => undefined,
    runCommand: () => Promise.resolve(''),
  }
  const settings = await findSealSettings(id.path, surroundings, readConfig)
  const all = [...new Set([...settings.recipients, ...recipients])]
  return { settings: { ...settings, recipients: all }, hasConfig }
}

function addTo(secret: Secret | undefined, { id, secrets }: SealRequest): string {
  const before = secret ? Object.entries(parseFields(secret, id.uri)) : []
  return formatJson(Object.fromEntries([...before, ...secrets]))
}

/** A rule such as `encrypted_regex: ^data$`, made for other files, would let secrets be committed as they are. */
function checkRule(rule: Rule, secrets: ReadonlyMap<string, string>): void {
  const rules = createRules(rule)
  const open = [...secrets]
    .filter(([name, value]) => value !== '' && !rules.isSealed([name], []))
    .map(([name]) => name)
  if (open.length === 0) return
  throw new SecwrapError('BAD_CONFIG', `its rule ${rule.name} would not seal ${open.join(', ')}`, {
    hint: '--sealed FILE, or another rule in .sops.yaml',
  })
}
