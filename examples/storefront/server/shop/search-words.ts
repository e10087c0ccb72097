/** The words of a text as searches compare them: lower case, without accents, each once. */
export function searchWords(text: string): string[] {
  const words = text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter((word) => word !== '')
  return [...new Set(words)]
}
