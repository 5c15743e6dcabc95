//! A query → what the script of search answers, run outside of a browser: the terminal and the
//! page cannot disagree, since there is one ranking.

use rquickjs::{CatchResultExt, Context, Ctx, Runtime};

/// How much memory the script may take, in bytes.
const MAX_MEMORY: usize = 1 << 30;

/// Asks the index a query.
///
/// `script` is `search.js` of the theme; `read` gives the files of the index by their paths below
/// its folder (`index.js`, `0123abcd/d0.js`). Back comes, as JSON, what `bindery.ask` resolves to.
///
/// # Errors
/// What `read` says, or what went wrong in the script.
pub fn ask(
    script: &str,
    read: &mut dyn FnMut(&str) -> Result<String, String>,
    query: &str,
    limit: usize,
) -> Result<String, String> {
    let mut engine = Engine::new(script)?;
    let query = serde_json::to_string(query).map_err(|error| error.to_string())?;
    engine.eval::<()>(&format!(
        "bindery.ask({query}, {{ limit: {limit} }}).then(
           (found) => {{ answered = JSON.stringify(found); }},
           (error) => {{ failed = String(error && error.stack || error); }});"
    ))?;
    loop {
        engine.settle()?;
        if let Some(failed) = engine.eval::<Option<String>>("failed")? {
            return Err(failed);
        }
        if let Some(answer) = engine.eval::<Option<String>>("answered")? {
            return Ok(answer);
        }
        let wanted = engine.eval::<Vec<String>>("wanted.map((one) => one.path)")?;
        if wanted.is_empty() {
            return Err("search waits for nothing".to_owned());
        }
        for path in &wanted {
            let file = read(path)?;
            engine.eval::<()>(&file)?;
        }
        engine.eval::<()>(&format!("wanted.splice(0, {}).forEach((one) => one.resolve());", wanted.len()))?;
    }
}

/// A term of a text as the script finds it, whether it is whole, whether it differs from run to run.
pub type Term = (String, bool, bool);

/// The terms that the script finds in some texts.
///
/// # Errors
/// What went wrong in the script.
pub fn terms(script: &str, texts: &[String]) -> Result<Vec<Vec<Term>>, String> {
    let mut engine = Engine::new(script)?;
    let texts = serde_json::to_string(texts).map_err(|error| error.to_string())?;
    let said = engine.eval::<String>(&format!("JSON.stringify({texts}.map(bindery.terms))"))?;
    serde_json::from_str(&said).map_err(|error| error.to_string())
}

struct Engine {
    runtime: Runtime,
    context: Context,
}

impl Engine {
    fn new(script: &str) -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        runtime.set_memory_limit(MAX_MEMORY);
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        let mut engine = Self { runtime, context };
        engine.eval::<()>(
            "var answered = null, failed = null, wanted = [], bindery = {
               fetch: (path) => new Promise((resolve) => { wanted.push({ path, resolve }); }) };",
        )?;
        engine.eval::<()>(script)?;
        Ok(engine)
    }

    fn eval<T>(&mut self, script: &str) -> Result<T, String>
    where
        T: for<'js> rquickjs::FromJs<'js>,
    {
        self.context.with(|context: Ctx<'_>| {
            context.eval::<T, _>(script).catch(&context).map_err(|error| error.to_string())
        })
    }

    /// Runs what is ready to go on.
    fn settle(&mut self) -> Result<(), String> {
        while self.runtime.execute_pending_job().map_err(|error| error.to_string())? {}
        Ok(())
    }
}
