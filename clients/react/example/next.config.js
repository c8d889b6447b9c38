/** Nothing of its own: the package is plain ES modules. */
export default {
  // Of the package's one lock file.
  turbopack: { root: new URL("..", import.meta.url).pathname },
};
