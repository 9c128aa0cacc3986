/** A KV mount of version 2. Source: OpenBao API documentation. */
import type { Answer } from './answer.ts'
import { currentVersion } from './change.ts'

const MOUNT = '/v1/sys/internal/ui/mounts/'
const METADATA = '/v1/secret/metadata/'

export function answerVault({ method }: Request, path: string): Answer {
  if (path.startsWith(MOUNT)) return { kind: 'mount', body: { data: mount } }
  if (path.startsWith(METADATA)) return { kind: 'folder', status: 404, body: { errors: [] } }
  if (method !== 'GET') return { kind: 'write', body: { data: metadata() } }
  const password = `value-of-${path}, version ${currentVersion()}`
  const data = { username: 'app', password, url: 'https://example.com/' }
  return {
    kind: 'secret',
    body: {
      request_id: 'b5c7',
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: { data, metadata: metadata() },
    },
  }
}

const mount = { accessor: 'kv_1', options: { version: '2' }, path: 'secret/', type: 'kv' }

function metadata(): object {
  return {
    created_time: '2026-11-24T10:00:00.000000000Z',
    custom_metadata: null,
    deletion_time: '',
    destroyed: false,
    version: currentVersion(),
  }
}
