import { startAzure } from './azure-store.ts'
import { describeProvider, describeWriter } from './contract.ts'

const names = ['plain', 'with-dash', 'UPPER-and-lower', '1', '-', 'n'.repeat(127)]

describeProvider(
  'azurekv',
  {
    refuses: [],
    names,
    versions: true,
    prefix: 'none', // a vault is one flat list: azure-wildcard.test.ts
    forbids: true,
    network: true,
  },
  startAzure,
)

describeWriter(
  'azurekv',
  {
    refuses: [],
    names,
    versions: true,
    timesVersions: 'in seconds',
    checks: 'none',
    deletes: 'for a while',
    afterDelete: 'conflict',
    listsDeleted: false,
    prefix: 'flat',
    forbids: true,
    network: true,
  },
  startAzure,
)
