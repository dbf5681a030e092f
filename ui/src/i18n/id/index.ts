// Every file of this folder; tests/languages.test.ts holds them against the English ones.
const files = import.meta.glob<object>("./*.json", { eager: true, import: "default" });

export default Object.assign({}, ...Object.values(files)) as object;
