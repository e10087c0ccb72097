// A Stryker plugin. A message is for people: a test that holds one word for word would only repeat it.
const shouldIgnore = ({ node, parent }) =>
  parent?.isNewExpression() &&
  parent.node.callee.name === 'ThermoclineError' &&
  parent.node.arguments[0] !== node
    ? 'the message of an error'
    : undefined

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'messages',
    value: { shouldIgnore: (path) => shouldIgnore({ node: path.node, parent: path.parentPath }) },
  },
]
