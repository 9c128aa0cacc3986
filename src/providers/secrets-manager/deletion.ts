/** Deletion for thirty days, for good, and taken back. */
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  RestoreSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { SecwrapError } from '../../core/errors.ts'
import type { DeleteOptions, SecretId } from '../../core/types.ts'
import type { AskSecretsManager } from './sdk.ts'

interface Deletion {
  readonly ask: AskSecretsManager
  readonly id: SecretId
  readonly signal: AbortSignal
}

/** @throws SecwrapError NOT_FOUND. */
export async function deleteSecret(
  deletion: Deletion,
  { destroy = false, recover = false }: DeleteOptions,
): Promise<void> {
  if (recover) return restore(deletion)
  // Of one that does not exist AWS would say that it is destroyed.
  if (destroy) await describe(deletion)
  const { ask, id, signal } = deletion
  const input = { SecretId: id.path, ...(destroy && { ForceDeleteWithoutRecovery: true }) }
  const question = { id, action: 'DeleteSecret', deed: 'deleting', signal } as const
  const done = await ask(question, (client, options) => client.send(new DeleteSecretCommand(input), options))
  if (!done) throw missing(id)
}

async function restore(deletion: Deletion): Promise<void> {
  const { ask, id, signal } = deletion
  const { DeletedDate } = await describe(deletion)
  if (!DeletedDate)
    throw new SecwrapError('NOT_FOUND', `${id.uri} is not marked for deletion`, { ref: id.uri })
  const command = new RestoreSecretCommand({ SecretId: id.path })
  const question = { id, action: 'RestoreSecret', deed: 'deleting', signal } as const
  await ask(question, (client, options) => client.send(command, options))
}

async function describe({ ask, id, signal }: Deletion): Promise<DescribeSecretCommandOutput> {
  const command = new DescribeSecretCommand({ SecretId: id.path })
  const question = { id, action: 'DescribeSecret', deed: 'deleting', signal } as const
  const found = await ask(question, (client, options) => client.send(command, options))
  if (!found) throw missing(id)
  return found
}

export function missing({ uri }: SecretId): SecwrapError {
  return new SecwrapError('NOT_FOUND', `${uri} does not exist`, { ref: uri })
}
