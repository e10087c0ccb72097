import { performance } from 'node:perf_hooks'
import { buildCatalogue } from './catalogue/build-catalogue.ts'
import { makePictures } from './pictures/make-pictures.ts'

const startedAt = performance.now()
const { products } = await buildCatalogue()
const { made, present } = await makePictures(products, (done, total) => {
  if (done % 100 === 0 || done === total) console.log(`pictures: ${done} of ${total} products`)
})
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
console.log(`pictures: ${made} made, ${present} already there, ${seconds} s`)
