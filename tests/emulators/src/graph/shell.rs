//! Between the sockets and the tenant.

use super::Tenant;
use super::wire::Ask;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) fn routes(tenant: Arc<Mutex<Tenant>>) -> Router {
    Router::new().fallback(serve).with_state(tenant)
}

async fn serve(State(tenant): State<Arc<Mutex<Tenant>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 8 << 20).await.unwrap_or_default();
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_ascii_lowercase(), value)
        })
        .collect();
    let host = headers.iter().find(|(name, _)| name == "host");
    let ask = Ask {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        base: format!("http://{}", host.map_or("127.0.0.1", |(_, host)| host)),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let reply = {
        let mut tenant = tenant.lock().unwrap_or_else(PoisonError::into_inner);
        let base = tenant.links.clone().unwrap_or_else(|| ask.base.clone());
        tenant.answer(&Ask { base, ..ask })
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response
        .header("request-id", "1f0c2f6e-8d67-4d7a-9d5a-0a5f8a3e2b11")
        .body(Body::from(reply.body))
        .unwrap()
}
