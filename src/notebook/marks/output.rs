//! Keys of an output's metadata (conventions 4.9). The types themselves are rows of the table in
//! `render/output.rs`.

use super::Says::{Nothing, Read};
use super::Sign::{Has, Lacks, Quiet};
use super::{Mark, marks};

pub(super) const TABLE: &[Mark] = marks! { Output;
    "width" => Read, [JupyterLab Classic]
        "The width of the picture, at the top or below its type"; "{\"image/png\": {\"width\": 77}}" / "{\"image/png\": {\"width\": \"wide\"}}" => Has("width=\"77\"")
    "height" => Read, [JupyterLab Classic]
        "The height of the picture"; "{\"height\": 77}" / "{\"height\": \"high\"}" => Has("height=\"77\"")
    "alt" => Read, [JupyterLab]
        "What the picture shows, in words"; "{\"image/png\": {\"alt\": \"Spot\"}}" / "{\"image/png\": {\"atl\": \"Spot\"}}" => Has("alt=\"Spot\"")
    "unconfined" => Read, [JupyterLab]
        "The picture may be wider than its column"; "{\"image/png\": {\"unconfined\": true}}" / "{\"image/png\": {\"unconfined\": false}}" => Has("unconfined")
    "needs_background" => Read, [JupyterLab]
        "The ground that the picture needs: `light` or `dark`"; "{\"needs_background\": \"light\"}" / "{\"needs_background\": \"bright\"}" => Has("needs-light")
    "isolated" => Read, [JupyterLab Classic]
        "The output wants a frame of its own; what is safe of it is shown"; "{\"isolated\": true}" / "{\"isolatedd\": true}" => Quiet
    "filenames" => Nothing, [Nbconvert JupyterBook]
        "Where another program kept the picture; a path is not published"; "{\"filenames\": {\"image/png\": \"x.png\"}}" / "{\"filename\": {}}" => Quiet
    "tags" => Read, [Nbconvert]
        "`remove-output` or `remove-single-output`: this one output is nowhere in the site"; "{\"tags\": [\"remove-single-output\"]}" / "{\"tags\": [\"keep\"]}" => Lacks("<img")
    "application/vnd.databricks.v1+output" => Read, [Databricks]
        "A table with its schema, where there is no other form of it"; "{\"application/vnd.databricks.v1+output\": {\"type\": \"table\", \"data\": [[\"spot\"]], \"schema\": [{\"name\": \"a\"}]}}" / "{\"application/vnd.databricks.v1+output\": {\"type\": \"image\"}}" => Has("<td>spot</td>")
    "azdata_chartOptions" => Nothing, [AzureDataStudio]
        "How a chart was last drawn; the table is shown"; "{\"azdata_chartOptions\": {}}" / "{\"azdata_chartOption\": {}}" => Quiet
    "resultSet" => Nothing, [AzureDataStudio]
        "The columns' types; the table is shown"; "{\"resultSet\": {}}" / "{\"resultSett\": {}}" => Quiet
    "scrapbook" => Read, [JupyterBook Papermill]
        "The name under which the output was kept, to be glued in elsewhere"; "{\"scrapbook\": {\"name\": \"spot\"}}" / "{\"scrapbok\": {}}" => Quiet
    "papermill" => Nothing, [Papermill]
        "A record of the run; readers see the output"; "{\"papermill\": {}}" / "{\"papermil\": {}}" => Quiet
    "bokeh" => Nothing, [JupyterLab]
        "A library's own record; readers see the output"; "{\"bokeh\": {}}" / "{\"bokehh\": {}}" => Quiet
    "application/vnd.bokehjs_exec.v0+json" => Nothing, [JupyterLab]
        "A library's own record; readers see the output"; "{\"application/vnd.bokehjs_exec.v0+json\": {\"id\": \"1\"}}" / "{\"application/vnd.bokehjs_exec\": {}}" => Quiet
    "collapsed" => Nothing, [JupyterLab]
        "The fold of one output; the cell says what is folded"; "{\"collapsed\": true}" / "{\"colapsed\": true}" => Quiet
    "jupyter" => Nothing, [JupyterLab]
        "The editor's own record; the cell says what is folded"; "{\"jupyter\": {}}" / "{\"jupiter\": {}}" => Quiet
    "source_map" => Nothing, [JupyterBook]
        "Lines of the text form; readers see no difference"; "{\"source_map\": []}" / "{\"source_mapp\": []}" => Quiet
    "transient" => Nothing, [JupyterLab]
        "A passing state; readers see the output"; "{\"transient\": {}}" / "{\"transint\": {}}" => Quiet
};
