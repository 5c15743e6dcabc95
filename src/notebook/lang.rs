//! Languages: one name for what kernels, editors and authors call by many.

use std::fmt;

use serde_json::{Map, Value};

/// A language by its normal name: lower case, `csharp` and never `c#`. Names that the table does
/// not know are kept as they are; [`Lang::none`] is plain text.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Lang(String);

/// One language: its normal name, what people call it, its line comment, the extension of a
/// script, and the other names of it.
struct Row(&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

/// What kernels (`kernelspec.name` included), editors and fences write, mapped to one name.
const TABLE: &[Row] = &[
    Row(
        "python",
        "Python",
        "#",
        "py",
        &[
            "python2",
            "python3",
            "py",
            "py3",
            "ipython",
            "ipython2",
            "ipython3",
            "xpython",
            "python_defaultspec",
            "pyspark",
            "pyspark3",
            "pysparkkernel",
            "synapse_pyspark",
            "conda_python3",
            "python3-azureml",
            "msticpy",
            "pycon",
            "sage",
            "sagemath",
            "papermill",
            "gpython",
            "rubby3",
            "coconut",
        ],
    ),
    Row(
        "bash",
        "Bash",
        "#",
        "sh",
        &[
            "sh",
            "shell",
            "shellscript",
            "zsh",
            "ksh",
            "fish",
            "calysto_bash",
            "bash_kernel",
            "shell-script",
            "xonsh",
            "system",
            "sx",
        ],
    ),
    Row("console", "Console", "#", "txt", &["shell-session", "shellsession", "terminal", "sh-session"]),
    Row("ruby", "Ruby", "#", "rb", &["rb", "iruby", "irb", "jruby", "rubby"]),
    Row("powershell", "PowerShell", "#", "ps1", &["pwsh", "ps1", ".net-powershell", "posh"]),
    Row("batch", "Batch", "rem", "bat", &["bat", "cmd", "batchfile", "dosbatch"]),
    Row("r", "R", "#", "r", &["ir", "rlang", "sparkr", "sparkrkernel", "splus"]),
    Row("julia", "Julia", "#", "jl", &["jl", "ijulia"]),
    Row(
        "javascript",
        "JavaScript",
        "//",
        "js",
        &["js", "node", "nodejs", "jslab", "deno", "node_nteract", "mjs", "ecmascript"],
    ),
    Row("typescript", "TypeScript", "//", "ts", &["ts", "tslab", "typescriptreact", "tsx"]),
    Row(
        "sql",
        "SQL",
        "--",
        "sql",
        &[
            "mysql",
            "psql",
            "pgsql",
            "postgresql",
            "postgres",
            "tsql",
            "t-sql",
            "plsql",
            "sqlite",
            "mssql",
            "hive",
            "hiveql",
            "sparksql",
            "spark-sql",
            "bigquery",
            "duckdb",
            "cql",
        ],
    ),
    Row(
        "csharp",
        "C#",
        "//",
        "cs",
        &["c#", "cs", ".net-csharp", "icsharp", "icsharpkernel", "dotnet", "csharp-script"],
    ),
    Row("fsharp", "F#", "//", "fs", &["f#", "fs", ".net-fsharp", "ifsharp"]),
    Row(
        "cpp",
        "C++",
        "//",
        "cpp",
        &["c++", "cc", "cxx", "hpp", "xcpp11", "xcpp14", "xcpp17", "xcpp20", "xeus-cling", "cling", "xcpp"],
    ),
    Row("c", "C", "//", "c", &["c_kernel", "h", "objc-c"]),
    Row("objective-c", "Objective-C", "//", "m", &["objc", "objectivec"]),
    Row("java", "Java", "//", "java", &["ijava", "rapaio-jupyter-kernel"]),
    Row("kotlin", "Kotlin", "//", "kt", &["kt", "kts", "ikotlin"]),
    Row(
        "scala",
        "Scala",
        "//",
        "scala",
        &["spark", "sparkkernel", "almond", "apache_toree_scala", "spylon-kernel", "synapse_spark"],
    ),
    Row("groovy", "Groovy", "//", "groovy", &["beakerx_kernel_groovy"]),
    Row("clojure", "Clojure", ";;", "clj", &["clj", "iclojure", "lein-clojure", "clojurescript", "cljs"]),
    Row("scheme", "Scheme", ";;", "scm", &["calysto_scheme", "racket", "rkt", "iracket"]),
    Row("lisp", "Lisp", ";;", "lisp", &["common-lisp", "commonlisp", "elisp", "emacs-lisp"]),
    Row("go", "Go", "//", "go", &["golang", "gonb", "gophernotes", "lgo"]),
    Row("rust", "Rust", "//", "rs", &["rs", "evcxr"]),
    Row("haskell", "Haskell", "--", "hs", &["hs", "ihaskell"]),
    Row("ocaml", "OCaml", "(*", "ml", &["ml", "ocaml-jupyter", "iocaml"]),
    Row("erlang", "Erlang", "%", "erl", &["erl"]),
    Row("elixir", "Elixir", "#", "ex", &["ex", "exs", "ielixir"]),
    Row("lua", "Lua", "--", "lua", &["ilua", "xlua"]),
    Row("perl", "Perl", "#", "pl", &["pl", "iperl"]),
    Row("php", "PHP", "//", "php", &["jupyter-php"]),
    Row("matlab", "MATLAB", "%", "m", &["octave", "imatlab", "matlab_kernel"]),
    Row("maxima", "Maxima", "/*", "mac", &["imaxima"]),
    Row("fortran", "Fortran", "!", "f90", &["f90", "fortran95", "lfortran"]),
    Row("swift", "Swift", "//", "swift", &[]),
    Row("dart", "Dart", "//", "dart", &[]),
    Row("tcl", "Tcl", "#", "tcl", &["tcljupyter", "tclsh"]),
    Row("stata", "Stata", "*", "do", &["pystata", "nbstata"]),
    Row("sas", "SAS", "*", "sas", &["saskernel"]),
    Row("q", "q", "/", "q", &["qpk", "kdb"]),
    Row("idl", "IDL", ";", "pro", &[]),
    Row("gnuplot", "gnuplot", "#", "gp", &[]),
    Row("robotframework", "Robot Framework", "#", "robot", &["robot", "robotkernel"]),
    Row("logtalk", "Logtalk", "%", "lgt", &["prolog", "swi-prolog"]),
    Row("wolfram", "Wolfram Language", "", "wl", &["mathematica", "wolframlanguage", "wolframlanguage12"]),
    Row("ansible", "Ansible", "#", "yml", &["ansible-kernel"]),
    Row("yaml", "YAML", "#", "yml", &["yml"]),
    Row("json", "JSON", "", "json", &["jsonc", "json5", "ipynb"]),
    Row("toml", "TOML", "#", "toml", &[]),
    Row("ini", "INI", ";", "ini", &["properties", "conf", "cfg", "dosini"]),
    Row("html", "HTML", "", "html", &["htm", "xhtml"]),
    Row("xml", "XML", "", "xml", &["xslt", "xsd"]),
    Row("css", "CSS", "", "css", &[]),
    Row("scss", "SCSS", "//", "scss", &["sass", "less"]),
    Row("markdown", "Markdown", "", "md", &["md", "mdx", "myst", "qmd", "rmd"]),
    Row("restructuredtext", "reStructuredText", "", "rst", &["rst", "rest"]),
    Row("latex", "LaTeX", "%", "tex", &["tex", "bibtex"]),
    Row("diff", "Diff", "", "diff", &["patch", "udiff"]),
    Row("dockerfile", "Dockerfile", "#", "dockerfile", &["docker", "containerfile"]),
    Row("makefile", "Makefile", "#", "mk", &["make", "mk"]),
    Row("cmake", "CMake", "#", "cmake", &[]),
    Row("nix", "Nix", "#", "nix", &[]),
    Row("terraform", "Terraform", "#", "tf", &["tf", "hcl", "tfvars"]),
    Row("puppet", "Puppet", "#", "pp", &[]),
    Row("nginx", "nginx", "#", "conf", &["nginxconf"]),
    Row("graphql", "GraphQL", "#", "graphql", &["gql"]),
    Row("protobuf", "Protocol Buffers", "//", "proto", &["proto"]),
    Row("kql", "KQL", "//", "kql", &["kusto", "kqlmagic", "loganalytics", "log-analytics"]),
    Row("sparql", "SPARQL", "#", "rq", &[]),
    Row("gremlin", "Gremlin", "//", "groovy", &[]),
    Row("cypher", "Cypher", "//", "cypher", &["oc", "opencypher"]),
    Row("promql", "PromQL", "#", "promql", &["logql"]),
    Row("http", "HTTP", "#", "http", &["rest-client"]),
    Row("mermaid", "Mermaid", "%%", "mmd", &["mmd"]),
    Row("graphviz", "Graphviz", "//", "dot", &["dot"]),
    Row("viml", "Vim script", "\"", "vim", &["vim"]),
    Row("asm", "Assembly", ";", "s", &["nasm", "assembly"]),
    Row("awk", "Awk", "#", "awk", &["gawk"]),
    Row("regex", "Regular expression", "", "txt", &["regexp"]),
    Row("zig", "Zig", "//", "zig", &[]),
    Row("d", "D", "//", "d", &["dlang"]),
    Row("pascal", "Pascal", "//", "pas", &["delphi"]),
    Row("crystal", "Crystal", "#", "cr", &["icrystal"]),
    Row("svelte", "Svelte", "", "svelte", &[]),
    Row("vue", "Vue", "", "vue", &[]),
];

/// Names that mean "no language".
const PLAIN: &[&str] = &[
    "",
    "text",
    "plain",
    "plaintext",
    "txt",
    "none",
    "output",
    "raw",
    "display",
    "text/plain",
    "polyglot-notebook",
    "sos",
    "null",
    "default",
];

impl Lang {
    /// Plain text: no language known.
    pub fn none() -> Self {
        Self::default()
    }

    /// The language that `name` stands for: a kernel's, an editor's or a fence's word.
    pub fn new(name: &str) -> Self {
        let name = name.trim().trim_start_matches('.').to_lowercase();
        let name = name.strip_prefix("text/x-").unwrap_or(&name);
        if PLAIN.contains(&name) || name.len() > 40 {
            return Self::none();
        }
        match row(name) {
            Some(row) => Self(row.0.to_owned()),
            None => Self(name.to_owned()),
        }
    }

    /// The language of a kernel by the name of its kernelspec, where the table (or the name up
    /// to its version, or what it starts with) knows it.
    fn of_kernel(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
        let head = name.split(['-', '_', ' ']).next().unwrap_or_default();
        [name.as_str(), name.trim_start_matches('.'), stem, head]
            .iter()
            .find_map(|name| row(name))
            .map(|row| row.0)
            .or_else(|| (name.starts_with("python") || name.starts_with("conda")).then_some("python"))
            .map(|name| Self(name.to_owned()))
    }

    /// The language of a notebook by its metadata, in the order of conventions 4.3:
    /// `language_info` (name, lexer, mode), `kernelspec` (language, name), Databricks' and Azure
    /// Data Studio's own fields.
    pub(super) fn of_metadata(metadata: &Map<String, Value>) -> Self {
        let text = |path: &[&str]| -> Option<String> {
            let mut value = metadata.get(*path.first()?)?;
            for key in &path[1..] {
                value = value.get(key)?;
            }
            value.as_str().map(str::to_owned)
        };
        let known = |name: Option<String>| name.map(|name| Self::new(&name)).filter(|lang| !lang.is_none());
        known(text(&["language_info", "name"]))
            .or_else(|| known(text(&["language_info", "pygments_lexer"])))
            .or_else(|| known(text(&["language_info", "codemirror_mode"])))
            .or_else(|| known(text(&["language_info", "codemirror_mode", "name"])))
            .or_else(|| known(text(&["kernelspec", "language"])))
            .or_else(|| text(&["kernelspec", "name"]).and_then(|name| Self::of_kernel(&name)))
            .or_else(|| known(text(&["application/vnd.databricks.v1+notebook", "language"])))
            .or_else(|| text(&["kernel_info", "name"]).and_then(|name| Self::of_kernel(&name)))
            .or_else(|| known(text(&["polyglot_notebook", "kernelInfo", "defaultKernelName"])))
            .or_else(|| known(text(&["polyglot_notebook", "defaultKernelName"])))
            .or_else(|| known(text(&["dotnet_interactive", "defaultKernelName"])))
            .or_else(|| known(text(&["language"])))
            .unwrap_or_default()
    }

    /// The language that the metadata of one cell names: polyglot kernels first, then the editor
    /// (`editor` is VS Code's word), SoS, Azure Data Studio.
    pub(super) fn of_cell(metadata: &Map<String, Value>, editor: Option<&str>) -> Option<Self> {
        let text = |group: &str, key: &str| metadata.get(group)?.get(key)?.as_str();
        let polyglot = |name: &str| {
            // `sql-Sales` is the kernel for one database.
            let name = name.strip_prefix("dotnet-interactive.").unwrap_or(name);
            row(&name.to_lowercase()).or_else(|| row(&name.split('-').next().unwrap_or(name).to_lowercase()))
        };
        let known = |name: &str| Some(Self::new(name)).filter(|lang| !lang.is_none());
        text("polyglot_notebook", "kernelName")
            .and_then(polyglot)
            .or_else(|| text("dotnet_interactive", "language").and_then(polyglot))
            .map(|row| Self(row.0.to_owned()))
            .or_else(|| match editor?.strip_prefix("dotnet-interactive.") {
                Some(name) => known(name),
                None => known(editor?),
            })
            .or_else(|| Self::of_kernel(metadata.get("kernel")?.as_str()?))
            // Azure Data Studio marks code cells as `markdown` that hold none.
            .or_else(|| known(metadata.get("language")?.as_str().filter(|name| *name != "markdown")?))
    }

    /// The language that the first line of a code cell names by a cell magic, and whether that
    /// line is the magic: `%%bash`, Databricks' `%sql`, polyglot notebooks' `#!pwsh`.
    pub(super) fn of_magic(source: &str, notebook: &Self) -> Option<Self> {
        let first = source.lines().find(|line| !line.trim().is_empty())?.trim();
        let word = |prefix: &str| {
            first
                .strip_prefix(prefix)?
                .split(|c: char| c.is_whitespace() || c == '{')
                .next()
                .filter(|word| !word.is_empty())
        };
        if let Some(magic) = word("%%") {
            let name = match magic {
                "script" | "sx" | "!" => first
                    .split_whitespace()
                    .nth(1)
                    .map_or("bash", |program| program.rsplit('/').next().unwrap_or(program)),
                "writefile" | "file" => first
                    .rsplit('.')
                    .next()
                    .filter(|extension| extension.len() < first.len() && !extension.contains(['/', ' ']))?,
                "py" | "pypy" => "python",
                "cython" | "timeit" | "time" | "capture" | "prun" | "debug" => return None,
                "svg" | "SVG" => "xml",
                name => name,
            };
            return row(&name.to_lowercase()).map(|row| Self(row.0.to_owned()));
        }
        if let Some(name) = word("#!").filter(|_| notebook.0 != "bash") {
            return match name {
                "connect" | "share" | "set" | "value" | "import" | "time" | "lsmagic" | "who" | "whos" => {
                    None
                }
                name => row(&name.split('-').next().unwrap_or(name).to_lowercase())
                    .map(|row| Self(row.0.to_owned())),
            };
        }
        match word("%")? {
            "sql" => Some(Self::new("sql")),
            "sh" => Some(Self::new("bash")),
            "md" => Some(Self::new("markdown")),
            name @ ("scala" | "r" | "python") => Some(Self::new(name)),
            _ => None,
        }
    }

    /// All languages that the table knows.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| Self(row.0.to_owned()))
    }

    /// What people call each language, and all names of it.
    pub fn names() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
        TABLE.iter().map(|row| (row.1, std::iter::once(row.0).chain(row.4.iter().copied()).collect()))
    }

    /// The extensions of scripts in the languages that the table knows.
    pub(super) fn extensions() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|row| row.3)
    }

    /// Whether the table knows the language.
    pub fn is_known(&self) -> bool {
        row(&self.0).is_some()
    }

    /// Whether nothing is known of the language.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The normal name; empty for plain text.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// What people call the language; a name that the table does not know stands as it is.
    pub fn label(&self) -> &str {
        row(&self.0).map_or(&self.0, |row| row.1)
    }

    /// What begins a comment to the end of the line; `None` where the language has no such thing.
    pub fn comment(&self) -> Option<&'static str> {
        match row(&self.0).map_or("#", |row| row.2) {
            "" | "(*" | "/*" => None,
            leader => Some(leader),
        }
    }

    /// The extension of a script in this language, without its dot.
    pub fn extension(&self) -> &'static str {
        row(&self.0).map_or("txt", |row| row.3)
    }

    /// Whether commands are typed in this language: their long lines are wrapped, never cut.
    pub fn is_shell(&self) -> bool {
        matches!(self.0.as_str(), "bash" | "console" | "powershell" | "batch")
    }
}

fn row(name: &str) -> Option<&'static Row> {
    use std::collections::HashMap;
    use std::sync::LazyLock;
    static NAMES: LazyLock<HashMap<&'static str, &'static Row>> = LazyLock::new(|| {
        let own = TABLE.iter().map(|row| (row.0, row));
        TABLE.iter().flat_map(|row| row.4.iter().map(move |alias| (*alias, row))).chain(own).collect()
    });
    NAMES.get(name).copied()
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_and_editors_mean_the_same_language() {
        for (name, normal) in [
            ("C#", "csharp"),
            ("shellscript", "bash"),
            ("ipython3", "python"),
            ("text/x-ruby", "ruby"),
            ("plaintext", ""),
        ] {
            assert_eq!(Lang::new(name).name(), normal, "{name}");
        }
        for (kernel, normal) in [
            ("python38-azureml", "python"),
            ("julia-1.10", "julia"),
            (".net-csharp", "csharp"),
            ("xcpp17", "cpp"),
            ("python_defaultSpec_1598541066972", "python"),
            ("conda-env-condadev-py", "python"),
        ] {
            assert_eq!(Lang::of_kernel(kernel).map(|lang| lang.0), Some(normal.to_owned()), "{kernel}");
        }
    }

    #[test]
    fn magics_name_languages() {
        let python = Lang::new("python");
        for (source, lang) in [
            ("%%bash\nls", Some("bash")),
            ("%%script ruby\n1", Some("ruby")),
            ("%%time\nx", None),
            ("\n%%writefile a/b.yml\nx: 1", Some("yaml")),
            ("%sql select 1", Some("sql")),
            ("%matplotlib inline", None),
            ("#!pwsh\nls", Some("powershell")),
            ("%%gremlin\ng.V()", Some("gremlin")),
        ] {
            assert_eq!(
                Lang::of_magic(source, &python).map(|lang| lang.0),
                lang.map(str::to_owned),
                "{source}"
            );
        }
    }
}
