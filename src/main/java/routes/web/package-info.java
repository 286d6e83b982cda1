/** The web server: pages, logins, who may do what. What the pages say is not here. */
package routes.web;
