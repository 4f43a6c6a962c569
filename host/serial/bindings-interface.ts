/**
 * The types of `@serialport/bindings-interface`, through its CommonJS entry: the entry for
 * `import` declares none. Nothing of the package is loaded.
 */

/** A port as a binding opens it. */
export type BindingPort = import("@serialport/bindings-interface", {
  with: { "resolution-mode": "require" },
}).BindingPortInterface;

/** What `@serialport/stream` drives. */
export type Binding = import("@serialport/bindings-interface", {
  with: { "resolution-mode": "require" },
}).BindingInterface;

/** All settings of a port, none left out. */
export type LineSettings = Required<
  import("@serialport/bindings-interface", {
    with: { "resolution-mode": "require" },
  }).OpenOptions
>;
