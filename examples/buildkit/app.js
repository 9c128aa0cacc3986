import { prices } from '@shop/prices'

console.log(prices)
