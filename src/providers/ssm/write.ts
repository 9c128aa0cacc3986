/** One parameter, written: a new one as a SecureString, an old one as what it is. */
import {
  DescribeParametersCommand,
  type ParameterMetadata,
  PutParameterCommand,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm'
import { SecwrapError } from '../../core/errors.ts'
import type { SecretId, Version } from '../../core/types.ts'
import type { AskParameterStore } from './sdk.ts'

const STANDARD_BYTES = 4_096
const MOST_BYTES = 8_192

export interface Writing {
  readonly ask: AskParameterStore
  readonly id: SecretId
  readonly signal: AbortSignal
}

/**
 * @param onlyNew - CONFLICT where there is one already. Parameter Store checks nothing else.
 * @throws SecwrapError.
 */
export async function writeParameter(writing: Writing, value: string, onlyNew: boolean): Promise<Version> {
  checkSize(writing.id, value)
  try {
    return await put(writing, { ...sizedValue(value), Type: 'SecureString' })
  } catch (error) {
    if (onlyNew || !(error instanceof SecwrapError) || error.code !== 'CONFLICT') throw error
  }
  const old = await describe(writing)
  return put(writing, { ...sizedValue(value, old), ...keptOf(old), Overwrite: true })
}

type Input = Omit<PutParameterCommandInput, 'Name'>

async function put({ ask, id, signal }: Writing, input: Input): Promise<Version> {
  const command = new PutParameterCommand({ ...input, Name: id.path })
  const question = { id, action: 'PutParameter', deed: 'writing', signal } as const
  const version = await ask(
    question,
    async (client, options) => (await client.send(command, options)).Version,
  )
  if (version === undefined) throw goneInBetween(id)
  return { id: String(version), state: 'current' }
}

/** Of a new parameter small values leave the tier to the account's setting; a large one makes it what it must be. */
function sizedValue(value: string, { Tier }: ParameterMetadata = {}): Pick<Input, 'Value' | 'Tier'> {
  const isLarge = byteLength(value) > STANDARD_BYTES
  const tier = isLarge && Tier !== 'Advanced' ? 'Intelligent-Tiering' : Tier
  return { Value: value, ...(tier && { Tier: tier }) }
}

/** What a write without it would set back: AWS takes its own key where none is named. */
function keptOf({ Type, KeyId, DataType, Description, AllowedPattern }: ParameterMetadata): Partial<Input> {
  return {
    ...(Type && { Type }),
    ...(Type === 'SecureString' && KeyId && { KeyId }),
    ...(DataType && { DataType }),
    ...(Description && { Description }),
    ...(AllowedPattern && { AllowedPattern }),
  }
}

async function describe({ ask, id, signal }: Writing): Promise<ParameterMetadata> {
  const question = { id, action: 'DescribeParameters', deed: 'writing', signal } as const
  let next: string | undefined
  do {
    const page = { ParameterFilters: [{ Key: 'Name', Values: [id.path] }], ...(next && { NextToken: next }) }
    const answer = await ask(question, (client, options) =>
      client.send(new DescribeParametersCommand(page), options),
    )
    const [found] = answer?.Parameters ?? []
    if (found) return found
    next = answer?.NextToken
  } while (next)
  throw goneInBetween(id)
}

function checkSize({ uri }: SecretId, value: string): void {
  if (value === '') throw refused(uri, 'Parameter Store keeps no empty values')
  if (byteLength(value) <= MOST_BYTES) return
  throw refused(uri, 'Parameter Store keeps at most 8 KiB', 'secretsmanager:// keeps 64 KiB')
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

function refused(uri: string, fact: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_VALUE', `${uri}: ${fact}`, { ref: uri, ...(hint && { hint }) })
}

function goneInBetween({ uri }: SecretId): SecwrapError {
  return new SecwrapError('CONFLICT', `${uri} was deleted while it was written`, { ref: uri, retry: {} })
}
