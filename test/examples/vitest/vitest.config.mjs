/** Each file in a worker of its own, two at once. */
export default {
  test: { include: ["**/vitest/*.test.mjs"], pool: "forks", maxWorkers: 2 },
};
