/**
 * One secret, written: made where there is none, else a new version.
 *
 * Check-and-set goes by a staging label. The new version first gets one of ours, which no reader asks for; then
 * AWSCURRENT moves to it from the version that it was expected at, which AWS refuses where it is not there.
 * Source: AWS Secrets Manager API Reference, UpdateSecretVersionStage, RemoveFromVersionId.
 */
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { SecwrapError } from '../../core/errors.ts'
import type { SecretId } from '../../core/types.ts'
import type { Content } from './content.ts'
import { MOVE_STAGE } from './own-refusals.ts'
import type { AskSecretsManager } from './sdk.ts'

export interface Writing {
  readonly ask: AskSecretsManager
  readonly id: SecretId
  readonly content: Content
  readonly token: string
  readonly signal: AbortSignal
}

const CURRENT = 'AWSCURRENT'
const OURS = 'SECWRAP_PENDING'

/** @returns the id of the new version. */
export async function writeSecret(writing: Writing): Promise<string> {
  const found = await put(writing)
  if (found) return found.version
  try {
    return await create(writing)
  } catch (error) {
    // Made by somebody else in between.
    const made = isConflict(error) && (await put(writing))
    if (made) return made.version
    throw error
  }
}

/** @throws SecwrapError CONFLICT where there is a value already. */
export async function writeFirst(writing: Writing): Promise<string> {
  try {
    return await create(writing)
  } catch (error) {
    if (!isConflict(error) || !(await isEmpty(writing))) throw error
    // Of a secret that was made without a value, by Terraform say, whatever comes first is AWSCURRENT.
    const found = await put(writing, [OURS])
    if (found) await drop(writing, found.version)
    if (found?.stages.includes(CURRENT)) return found.version
    throw error
  }
}

/** @throws SecwrapError CONFLICT where another version is AWSCURRENT. */
export async function writeOver(writing: Writing, expected: string): Promise<string> {
  const { ask, id, signal } = writing
  if (!VERSION_ID.test(expected)) throw changed(id)
  const found = await put(writing, [OURS])
  if (!found) throw changed(id)
  const move = { MoveToVersionId: found.version, RemoveFromVersionId: expected }
  const command = new UpdateSecretVersionStageCommand({ SecretId: id.path, VersionStage: CURRENT, ...move })
  const question = { id, action: MOVE_STAGE, deed: 'writing', signal } as const
  try {
    await ask(question, (client, options) => client.send(command, options))
  } finally {
    await drop(writing, found.version)
  }
  return found.version
}

/** AWS takes a token of this length for one, and makes no others. */
const VERSION_ID = /^[\x21-\x7e]{32,64}$/

interface Put {
  readonly version: string
  readonly stages: readonly string[]
}

/** Undefined where there is no such secret. */
async function put(
  { ask, id, content, token, signal }: Writing,
  stages?: string[],
): Promise<Put | undefined> {
  const input = {
    SecretId: id.path,
    ClientRequestToken: token,
    ...content,
    ...(stages && { VersionStages: stages }),
  }
  const question = { id, action: 'PutSecretValue', deed: 'writing', signal } as const
  return ask(question, async (client, options) => {
    const { VersionId, VersionStages = [] } = await client.send(new PutSecretValueCommand(input), options)
    return VersionId === undefined ? undefined : { version: VersionId, stages: VersionStages }
  })
}

async function create({ ask, id, content, token, signal }: Writing): Promise<string> {
  const { uri, path } = id
  if (path.startsWith('arn:')) throw new SecwrapError('NOT_FOUND', `${uri} does not exist`, { ref: uri })
  const command = new CreateSecretCommand({ Name: path, ClientRequestToken: token, ...content })
  const question = { id, action: 'CreateSecret', deed: 'writing', signal } as const
  const version = await ask(
    question,
    async (client, options) => (await client.send(command, options)).VersionId,
  )
  return version ?? ''
}

/** Whether it is there without a value. Who may not look is told that it is there. */
async function isEmpty({ ask, id, signal }: Writing): Promise<boolean> {
  const command = new DescribeSecretCommand({ SecretId: id.path })
  const question = { id, action: 'DescribeSecret', deed: 'writing', signal } as const
  try {
    const found = await ask(question, (client, options) => client.send(command, options))
    return (
      found !== undefined &&
      !Object.values(found.VersionIdsToStages ?? {})
        .flat()
        .includes(CURRENT)
    )
  } catch (error) {
    if (error instanceof SecwrapError && error.code === 'DENIED') return false
    throw error
  }
}

/** Takes our label off. Where that fails it stays, and goes over to the next version that is written so. */
async function drop({ ask, id, signal }: Writing, version: string): Promise<void> {
  const input = { SecretId: id.path, VersionStage: OURS, RemoveFromVersionId: version }
  const question = { id, action: MOVE_STAGE, deed: 'writing', signal } as const
  await ask(question, (client, options) =>
    client.send(new UpdateSecretVersionStageCommand(input), options),
  ).catch(() => undefined)
}

function changed({ uri }: SecretId): SecwrapError {
  return new SecwrapError('CONFLICT', `${uri}: another version is the newest`, { ref: uri })
}

function isConflict(error: unknown): boolean {
  return error instanceof SecwrapError && error.code === 'CONFLICT'
}
