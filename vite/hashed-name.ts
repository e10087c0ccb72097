import type { Rolldown } from 'vite'

type Output = Rolldown.OutputAsset | Rolldown.OutputChunk

type OutputNames = Pick<Rolldown.NormalizedOutputOptions, 'assetFileNames'>

const LEAST_HASH = /[\w-]{6,}/

/**
 * Whether a file's name changes with its content. In doubt it does not: a file that is fetched once too often does less
 * harm than one that is never fetched again.
 */
export function hasHashedName(output: Output, { assetFileNames }: OutputNames): boolean {
  const { fileName } = output
  // The name before the bundler has put the hash in.
  if (output.type === 'chunk') return output.preliminaryFileName !== fileName
  const pattern =
    typeof assetFileNames === 'string' ? assetFileNames : assetFileNames(output as Rolldown.PreRenderedAsset)
  if (!pattern.includes('[hash')) return false
  // One that was given its whole name has none of the pattern's.
  const stem = stemOf(fileName)
  return output.names.some((name) => {
    const plain = stemOf(name)
    return stem !== plain && LEAST_HASH.test(stem.replace(plain, ''))
  })
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')
}
