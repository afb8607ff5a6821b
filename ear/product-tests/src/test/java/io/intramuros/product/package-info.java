/**
 * The whole product, started once by {@code ./run} and used as people and programs use it: with a browser, the OpenAI
 * client, plain HTTP and the management tools. {@link io.intramuros.product.Product} is what all tests share.
 */
package io.intramuros.product;
