/**
 * AWS Secrets Manager, written and administered: `secwrap set secretsmanager://prod/app`.
 *
 * Each write is a new version with an id of AWS's, and AWSCURRENT moves to it. A deleted secret can be recovered
 * for 30 days, and keeps its name so long. Source: AWS Secrets Manager API Reference.
 */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { SecwrapError } from '../core/errors.ts'
import type { Secret } from '../core/secret.ts'
import type { CreateWriter, SecretId, Version, Writer } from '../core/types.ts'
import { createAsk } from './aws/sdk.ts'
import { secretOf } from './secrets-manager/answers.ts'
import { contentOf } from './secrets-manager/content.ts'
import { deleteSecret, missing } from './secrets-manager/deletion.ts'
import { listSecrets, readHistory, versionOf } from './secrets-manager/lists.ts'
import { versionOf as versionAsked } from './secrets-manager/names.ts'
import { RequestTokens } from './secrets-manager/request-tokens.ts'
import { type AskSecretsManager, SECRETS_MANAGER_SDK } from './secrets-manager/sdk.ts'
import { writeFirst, writeOver, writeSecret } from './secrets-manager/write.ts'

export const createWriter: CreateWriter = (options, context): Writer => {
  const ask = createAsk(SECRETS_MANAGER_SDK, options, context)
  const tokens = new RequestTokens()
  return {
    async current(id, signal) {
      try {
        return await readCurrent(ask, id, signal)
      } catch (error) {
        // Marked for deletion.
        if (error instanceof SecwrapError && error.code === 'NOT_FOUND') return undefined
        throw error
      }
    },

    async write(id, secret, { ifVersion }, signal) {
      checkWhole(id)
      const content = contentOf(id, secret.reveal())
      const version = await tokens.use(secret, id.uri, token => {
        const writing = { ask, id, content, token, signal }
        if (ifVersion === undefined) return writeSecret(writing)
        return ifVersion === '' ? writeFirst(writing) : writeOver(writing, ifVersion)
      })
      return { id: version, state: 'current' }
    },

    async delete(id, options, signal) {
      checkWhole(id)
      await deleteSecret({ ask, id, signal }, options)
    },

    list: (prefix, signal) => listSecrets(ask, prefix, signal),

    async history(id, signal) {
      const versions = await readHistory(ask, id, signal)
      if (!versions) throw missing(id)
      return versions
    },
  }
}

async function readCurrent(
  ask: AskSecretsManager,
  id: SecretId,
  signal: AbortSignal,
): Promise<{ secret: Secret; version: Version } | undefined> {
  const command = new GetSecretValueCommand({ SecretId: id.path, ...versionAsked(id) })
  const question = { id, action: 'GetSecretValue', deed: 'reading', signal } as const
  return ask(question, async (client, options) => {
    const { SecretString, SecretBinary, ...answer } = await client.send(command, options)
    const content = SecretString === undefined ? SecretBinary?.toBase64() : SecretString
    if (content === undefined) return undefined
    const value = SecretString === undefined ? { SecretBinary: content } : { SecretString: content }
    const secret = secretOf({ Name: id.path, ARN: '', ...value }, id)
    if (secret instanceof SecwrapError) throw secret
    return { secret, version: versionOf(answer) }
  })
}

function checkWhole({ uri, version }: SecretId): void {
  if (version === undefined) return
  throw new SecwrapError('BAD_USAGE', `${uri}: a version can be neither written nor deleted by itself`, {
    ref: uri,
  })
}
