/** Each file in a worker of its own, two at once. */
// biome-ignore lint/style/noDefaultExport: this is where Vitest looks
export default {
  test: { include: ["**/vitest/*.test.mjs"], pool: "forks", maxWorkers: 2 },
};
