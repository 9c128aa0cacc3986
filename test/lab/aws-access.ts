/** Principals, faults and the record of calls on the lab's AWS (see aws/server.py). */
import { randomUUID } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import type { Aws } from './index.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface Fault {
  readonly action?: string // GetParameters; any action if absent
  readonly error?: string // ThrottlingException: the call fails with this; without it, it is only late
  readonly status?: number // 400
  readonly headers?: Readonly<Record<string, string>>
  readonly times?: number // 1
  readonly delay?: number // milliseconds before the answer
}

export interface Call {
  readonly action: string
  readonly resources: readonly string[] // parameter names or secret ids, as asked
}

/** Credentials that may do everything. Each has a key of its own, so faults and records do not mix. */
export function unrestricted(): Credentials {
  const accessKeyId = `LAB${randomUUID().replaceAll('-', '').slice(0, 17).toUpperCase()}`
  return { accessKeyId, secretAccessKey: 'lab-secret-access-key' }
}

/** A new IAM user with one policy. Conditions in an Allow never hold here. */
export async function createUser(aws: Aws, policy: object): Promise<Credentials> {
  const UserName = `user-${randomUUID()}`
  await callIam(aws, { Action: 'CreateUser', UserName })
  const PolicyDocument = JSON.stringify(policy)
  await callIam(aws, { Action: 'PutUserPolicy', UserName, PolicyName: 'lab', PolicyDocument })
  const answer = await callIam(aws, { Action: 'CreateAccessKey', UserName })
  return { accessKeyId: element(answer, 'AccessKeyId'), secretAccessKey: element(answer, 'SecretAccessKey') }
}

/** Plants a fault for the calls of one access key. */
export async function plantFault(
  { endpoint }: Aws,
  { accessKeyId }: Credentials,
  fault: Fault,
): Promise<void> {
  await fetch(`${endpoint}/lab/faults`, {
    method: 'POST',
    body: JSON.stringify({ key: accessKeyId, ...fault }),
  })
}

/** The calls that one access key has made, refused ones included, in order. */
export async function callsOf({ endpoint }: Aws, { accessKeyId }: Credentials): Promise<Call[]> {
  return (await fetch(`${endpoint}/lab/calls?key=${accessKeyId}`)).json() as Promise<Call[]>
}

async function callIam({ endpoint }: Aws, parameters: Readonly<Record<string, string>>): Promise<string> {
  const client = new AwsClient({ ...unrestricted(), service: 'iam', region: 'us-east-1', retries: 0 })
  const response = await client.fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...parameters, Version: '2010-05-08' }).toString(),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`iam: ${parameters.Action}: HTTP ${response.status} ${text}`)
  return text
}

function element(xml: string, name: string): string {
  return xml.match(`<${name}>([^<]*)</${name}>`)?.[1] ?? ''
}
