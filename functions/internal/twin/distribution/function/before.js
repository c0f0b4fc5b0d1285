const twinPrint = console.log; globalThis.console = {log: () => {}}; globalThis.setTimeout = globalThis.process = undefined;
