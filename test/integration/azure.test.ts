import { startAzure } from './azure-store.ts'
import { describeProvider } from './contract.ts'

describeProvider(
  'azurekv',
  {
    refuses: [],
    names: ['plain', 'with-dash', 'UPPER-and-lower', '1', '-', 'n'.repeat(127)],
    versions: true,
    prefix: 'none', // a vault is one flat list: azure-wildcard.test.ts
    forbids: true,
    network: true,
  },
  startAzure,
)
