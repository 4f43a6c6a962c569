/**
 * The types of `@serialport/bindings-interface`, through its CommonJS entry: the entry for
 * `import` declares none. Nothing of the package is loaded.
 */

/** What `@serialport/stream` drives. */
export type Binding = import("@serialport/bindings-interface", { with: {
  "resolution-mode": "require",
}}).BindingInterface;

/** A port as a binding opens it. */
export type BindingPort = Awaited<ReturnType<Binding["open"]>>;

/** All settings of a port, none left out. */
export type LineSettings = BindingPort["openOptions"];
